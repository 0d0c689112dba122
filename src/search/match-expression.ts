import { foldLetters } from './fold-letters.ts';

/** More words hardly narrow the result, but each costs a look-up. */
const MAX_WORDS = 16;
const MAX_WORD_CHARACTERS = 64;
/** Of letters that make words; shorter beginnings are those of most words, and merging all of these takes tenths of a second. */
const MIN_BEGINNING = 3;

/**
 * The FTS5 expression for a search: all words must occur; each is quoted, so that none is syntax; the last one is a prefix unless a
 * space follows or it is short. Words are runs of letters, digits and marks, as in unicode61. A word with diacritics or capitals of other scripts is
 * also searched without them. Undefined without a word.
 */
export function matchExpression(text: string): string | undefined {
  const words = text.normalize('NFC').match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu);
  if (words === null) return undefined;
  const asked = words.slice(0, MAX_WORDS).map((word) => [...word].slice(0, MAX_WORD_CHARACTERS).join(''));
  const isOpen = words.length <= MAX_WORDS && !/\s$/u.test(text);
  return asked
    .map((word, index) => {
      const isPlain = /^\p{ASCII}+$/u.test(word);
      const isBeginning = isOpen && index === asked.length - 1 && !(isPlain && word.length < MIN_BEGINNING);
      const prefix = isBeginning ? '*' : '';
      const folded = foldLetters(word);
      return isPlain || folded === word
        ? `"${word}"${prefix}`
        : `("${word}"${prefix} OR "${folded}"${prefix})`;
    })
    .join(' AND ');
}
