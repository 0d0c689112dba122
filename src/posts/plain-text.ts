const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};
const BLOCK =
  /<\/?(?:p|div|h[1-6]|li|ul|ol|pre|table|tr|td|th|blockquote|figure|figcaption|section|details|summary|br|hr|dl|dt|dd)\b[^>]*>/gi;
/** An adult reads about as many of the words of technical prose in a minute. */
const WORDS_PER_MINUTE = 230;

/** The text a reader sees in rendered HTML, for search and word counts; blocks are kept apart by line breaks. */
export function plainText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<sup class="footnote-ref">.*?<\/sup>/g, '')
    .replace(/<a [^>]*class="(?:heading-anchor|footnote-backref)"[^>]*>[^<]*<\/a>/g, '')
    .replace(/\s+/g, ' ')
    .replace(BLOCK, '\n')
    .replace(/<\/?[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*>/g, '')
    .replace(
      /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi,
      (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
        const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
      },
    )
    .replace(/ *\n[\n ]*/g, '\n')
    .trim();
}

/** Words; in scripts written without spaces two characters count as one. */
export function countWords(text: string): number {
  const unspaced =
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu)?.length ?? 0;
  const spaced = text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’_-]*/gu) ?? [];
  const words =
    unspaced === 0
      ? spaced.length
      : spaced.filter(
          (word) => !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word),
        ).length;
  return words + Math.ceil(unspaced / 2);
}

/** Whole minutes, at least 1. */
export function readingMinutes(words: number): number {
  return Math.max(1, Math.round(words / WORDS_PER_MINUTE));
}

/** At most `maxCharacters`, cut between words with an ellipsis. */
export function shorten(text: string, maxCharacters: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= maxCharacters) return line;
  const cut = line.slice(0, maxCharacters);
  const space = cut.lastIndexOf(' ');
  // A lone surrogate at the edge would be no text.
  return `${(space > maxCharacters / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:.\ud800-\udbff]+$/, '')}…`;
}
