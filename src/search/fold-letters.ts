/** Letters without a Unicode decomposition, with their usual ASCII replacement. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ĳ: 'ij',
  ς: 'σ',
  ґ: 'г',
  є: 'е',
};
const LETTERS = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/** Lower-cases a text and removes diacritics in any script: `Ελλάδα` → `ελλαδα`, `Łódź` → `lodz`, `Ёлка` → `елка`. */
export function foldLetters(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/(\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic})\p{M}+/gu, '$1')
    .normalize('NFC')
    .replace(LETTERS, (letter) => PLAIN[letter]!);
}

/**
 * The folded words that SQLite's unicode61 would not produce from a text, each once, to be indexed beside the text. unicode61 removes
 * diacritics only from Latin letters.
 */
export function foldedWords(text: string): string {
  const found = new Set<string>();
  for (const [word] of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (/^[\p{ASCII}]+$/u.test(word)) continue;
    const folded = foldLetters(word);
    if (folded !== asIndexed(word)) found.add(folded);
  }
  return [...found].join(' ');
}

function asIndexed(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC');
}
