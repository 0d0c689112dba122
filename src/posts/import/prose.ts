/** The first line of fenced code, or code between words. Longer runs of signs are no code, so that no text takes long. */
const CODE =
  /(?:^|(?<=\n)) {0,3}(`{3,40}(?!`)|~{3,40}(?!~))[^\n]*\n|(?<!`)(`{1,20})(?!`)[^\n]*?(?<!`)\2(?!`)/g;
const CODE_BETWEEN_WORDS = /(`{1,20})(?!`)[^\n]*?(?<!`)\1(?!`)/y;

/** Replaces what is found outside of code; `code` may change code itself. */
export function mapProse(
  markdown: string,
  prose: (text: string) => string,
  code: (text: string) => string = (text) => text,
): string {
  let written = '';
  let end = 0;
  for (const [from, to] of codeIn(markdown)) {
    written += prose(markdown.slice(end, from)) + code(markdown.slice(from, to));
    end = to;
  }
  return written + prose(markdown.slice(end));
}

/** Where code begins and ends. Where no fence closes another, none is looked for again. */
function* codeIn(markdown: string): Generator<readonly [number, number]> {
  const unclosed = new Set<string>();
  const open = new RegExp(CODE);
  for (let found = open.exec(markdown); found !== null; found = open.exec(markdown)) {
    const [, fence] = found;
    const end = fence === undefined ? open.lastIndex : endOfFenced(markdown, open.lastIndex, fence, unclosed);
    if (end !== undefined) yield [found.index, (open.lastIndex = end)];
    else {
      const from = markdown.indexOf(fence!, found.index);
      open.lastIndex = from + fence!.length;
      CODE_BETWEEN_WORDS.lastIndex = from;
      if (CODE_BETWEEN_WORDS.test(markdown)) yield [from, (open.lastIndex = CODE_BETWEEN_WORDS.lastIndex)];
    }
  }
}

function endOfFenced(
  markdown: string,
  from: number,
  fence: string,
  unclosed: Set<string>,
): number | undefined {
  if (unclosed.has(fence)) return undefined;
  const close = new RegExp(`\\n {0,3}${fence}[\`~]*[ \\t]*(?=\\n|$)`, 'g');
  close.lastIndex = from - 1;
  if (close.test(markdown)) return close.lastIndex;
  unclosed.add(fence);
  return undefined;
}
