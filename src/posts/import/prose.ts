/** Fenced code, and code between words. Longer runs of signs are no code, so that no text takes long. */
const CODE =
  /(?:^|(?<=\n)) {0,3}(`{3,40}(?!`)|~{3,40}(?!~))[^\n]*\n(?:[\s\S]*?\n)?? {0,3}\1[`~]*[ \t]*(?=\n|$)|(?<!`)(`{1,20})(?!`)[^\n]*?(?<!`)\2(?!`)/g;

/** Replaces what is found outside of code; `code` may change code itself. */
export function mapProse(
  markdown: string,
  prose: (text: string) => string,
  code: (text: string) => string = (text) => text,
): string {
  let written = '';
  let end = 0;
  for (const match of markdown.matchAll(CODE)) {
    written += prose(markdown.slice(end, match.index)) + code(match[0]);
    end = match.index + match[0].length;
  }
  return written + prose(markdown.slice(end));
}
