/** Letters without a Unicode decomposition, with their usual replacement; in Arabic, forms that writers exchange. */
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
  ς: 'σ',
  ґ: 'г',
  є: 'е',
  '\u0649': '\u064a', // alef maksura: yeh
  '\u06cc': '\u064a', // Farsi yeh: yeh
  '\u06a9': '\u0643', // keheh: kaf
  '\u0629': '\u0647', // teh marbuta: heh
};
const LETTERS = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');
/** Marks of these scripts are accents, or vowels that most writers leave out; in others, such as Devanagari or Thai, they make the letter. */
const ACCENTED =
  /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu;
/** Zeros of decimal digits beside ASCII; full-width ones are decomposed. Arabic, Farsi, Devanagari, Bengali. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6];
const DIGITS = new RegExp(
  `[${ZEROS.map((zero) => `${String.fromCodePoint(zero)}-${String.fromCodePoint(zero + 9)}`).join('')}]`,
  'g',
);

/** Characters that nobody sees or types: soft hyphen, joiners, marks of direction, byte-order mark, the Arabic tatweel. */
export const UNSEEN = String.raw`\u00ad\u200c-\u200f\u2060\ufeff\u0640`;
const ANY_UNSEEN = new RegExp(`[${UNSEEN}]`, 'g');

/**
 * Lower-cases a text and removes what a reader who searches may leave out or type otherwise: accents (`Ελλάδα` → `ελλαδα`, `Łódź` → `lodz`, `Ёлка` → `елка`), Arabic
 * and Hebrew vowel marks, the dot of a Turkish i, full-width and other compatibility forms, digits of other scripts, unseen characters.
 */
export function foldLetters(text: string): string {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(ANY_UNSEEN, '')
    .replace(ACCENTED, '$1')
    .replace(LETTERS, (letter) => PLAIN[letter]!)
    .replace(DIGITS, digitOf)
    .normalize('NFC');
}

function digitOf(digit: string): string {
  const code = digit.codePointAt(0)!;
  return String(code - ZEROS.find((zero) => code >= zero && code <= zero + 9)!);
}
