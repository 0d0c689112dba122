/** `*`, `**`, `?`, `[a-z]`, `[!a]`, `{a,b}` within each other, and `\` before a sign, without case; matches the whole path. */
export function globOf(pattern: string): RegExp {
  const depths = { braces: 0 };
  const parts = pattern.matchAll(/\*\*?|\?|\[[!^]?\]?[^\]]*\]|\\.|[{},]|[^*?[\\{},]+|\[/gs);
  const source = [...parts].map(([part]) => sourceOf(part, depths)).join('');
  try {
    return new RegExp(`^${source}${')'.repeat(depths.braces)}$`, 'is');
  } catch {
    return NOTHING;
  }
}

/** A range that ends before it begins. */
const NOTHING = /(?!)/;

function sourceOf(part: string, depths: { braces: number }): string {
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part === '{') {
    depths.braces++;
    return '(?:';
  }
  if (part === '}' && depths.braces > 0) {
    depths.braces--;
    return ')';
  }
  if (part === ',' && depths.braces > 0) return '|';
  if (part.length > 2 && part.startsWith('[') && part.endsWith(']'))
    return `[${part
      .slice(1, -1)
      .replace(/^[!^]/, '^')
      .replaceAll(/[\\\]]/g, String.raw`\$&`)}]`;
  return (part.startsWith('\\') ? part.slice(1) : part).replaceAll(/[.+^$()|[\]{}\\?*/-]/g, String.raw`\$&`);
}
