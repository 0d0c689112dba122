let words: Intl.Segmenter | undefined;

/** The address of a link or picture, up to its title. */
const ADDRESS = /\]\([^\s)]*/g;

/** Words of a text in any script, Markdown signs and the addresses of its links left out. */
export function wordCount(text: string): number {
  words ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  let count = 0;
  for (const { isWordLike } of words.segment(text.replace(ADDRESS, ']'))) if (isWordLike === true) count++;
  return count;
}

/** `412 words`. */
export function wordCountText(text: string): string {
  const count = wordCount(text);
  return `${count.toLocaleString('en')} ${count === 1 ? 'word' : 'words'}`;
}
