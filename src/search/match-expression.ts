import { foldLetters } from './fold-letters.ts';

/** More words narrow nothing further, but each costs a lookup. */
const MAX_WORDS = 16;
const MAX_WORD_CHARACTERS = 64;

/**
 * The FTS5 expression for a reader's words: every word must occur, each quoted so that no character of it is syntax, the last one
 * as a prefix while it may still be being typed (no space behind it). Words are runs of letters, digits and marks, as unicode61 sees them.
 * A word with marks or capitals of other scripts is asked for without them too. Undefined when there is no word.
 */
export function matchExpression(text: string): string | undefined {
  const words = text.normalize('NFC').match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu);
  if (words === null) return undefined;
  const asked = words.slice(0, MAX_WORDS).map((word) => [...word].slice(0, MAX_WORD_CHARACTERS).join(''));
  const isOpen = words.length <= MAX_WORDS && !/\s$/u.test(text);
  return asked
    .map((word, index) => {
      const prefix = isOpen && index === asked.length - 1 ? '*' : '';
      const folded = foldLetters(word);
      const isPlain = /^\p{ASCII}+$/u.test(word);
      return isPlain || folded === word
        ? `"${word}"${prefix}`
        : `("${word}"${prefix} OR "${folded}"${prefix})`;
    })
    .join(' AND ');
}
