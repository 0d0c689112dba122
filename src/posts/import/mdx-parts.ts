import { replaceClosed } from './closed-parts.ts';
import { mapProse } from './prose.ts';

const STATEMENT =
  /^(?:import\s+(?:[\w*{][^\n;]*?(?<!\s)\s+from\s+)?["'][^"'\n]+["']|export\s+(?:\{[^}\n]*\}|const\s+\w+\s*=\s*[^\n]*));?[ \t]*(?:\n|$)/gm;

/** MDX without what only its compiler reads: imports, exports of one line, and comments. */
export function withoutMdxParts(markdown: string): string {
  return mapProse(markdown, (text) => withoutComments(text.replaceAll(STATEMENT, ''))).replace(/^\n+/, '');
}

function withoutComments(text: string): string {
  return replaceClosed(
    text,
    /\{\/\*/g,
    () => /\*\/\}/g,
    () => '',
  );
}
