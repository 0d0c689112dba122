let words: Intl.Segmenter | undefined;

/** Words of a text in any script, Markdown signs left out. */
export function wordCount(text: string): number {
  words ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  let count = 0;
  for (const { isWordLike } of words.segment(text)) if (isWordLike === true) count++;
  return count;
}

/** `412 words`. */
export function wordCountText(text: string): string {
  const count = wordCount(text);
  return `${count.toLocaleString('en')} ${count === 1 ? 'word' : 'words'}`;
}
