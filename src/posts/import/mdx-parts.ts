import { mapProse } from './prose.ts';

const STATEMENT =
  /^(?:import\s+(?:[\w*{][^\n;]*?\s+from\s+)?["'][^"'\n]+["']|export\s+(?:\{[^}\n]*\}|const\s+\w+\s*=\s*[^\n]*?));?[ \t]*(?:\n|$)/gm;
const COMMENT = /\{\/\*[\s\S]*?\*\/\}/g;

/** MDX without what only its compiler reads: imports, exports of one line, and comments. */
export function withoutMdxParts(markdown: string): string {
  return mapProse(markdown, (text) => text.replaceAll(STATEMENT, '').replaceAll(COMMENT, '')).replace(
    /^\n+/,
    '',
  );
}
