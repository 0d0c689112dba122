import { EMOJI, foldEmoji } from './emoji.ts';
import { foldLetters, UNSEEN } from './fold-letters.ts';

/** Scripts written without spaces between words, and Korean, whose words take endings: any part of a text in them can be found. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Yi}\u30fc\uff70\uff9e\uff9f\u3099\u309a`;
const WORD = new RegExp(
  String.raw`(${EMOJI})|([${UNSPACED}][${UNSPACED}\p{M}${UNSEEN}]*)|[[\p{L}\p{N}]--[${UNSPACED}]][[\p{L}\p{N}\p{M}${UNSEEN}]--[${UNSPACED}]]*`,
  'gv',
);
/** A letter with its marks; half-width Katakana has its own ones. */
const CLUSTER = new RegExp(String.raw`.[\p{M}\uff9e\uff9f${UNSEEN}]*`, 'gsu');
const ASCII_WORD = /^[a-z0-9]+$/;
const IN_WORD = /[\p{L}\p{N}\p{M}]/u;
const FOLDED_WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Ideographs, kana and syllables that are folded already. */
const FOLDED = /^[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]$/;
/** Longer words are cut, in texts and queries alike. */
const MAX_WORD_LETTERS = 64;

/** A folded word or letter, with its place in the text as written. */
export interface Placed {
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

/** A word between spaces or signs, or a run of letters of scripts that have none. */
export type TextPart =
  | { readonly kind: 'word'; readonly words: readonly Placed[] }
  | { readonly kind: 'letters'; readonly letters: readonly Placed[] };

/** The words and runs of letters of a text in NFC, in order. A sign such as `½` may be several words. */
export function* partsOf(text: string): Generator<TextPart> {
  for (const { 0: raw, 1: emoji, 2: unspaced, index } of text.matchAll(WORD)) {
    if (emoji !== undefined)
      yield {
        kind: 'letters',
        letters: [{ folded: foldEmoji(emoji), start: index, end: index + raw.length }],
      };
    else if (unspaced === undefined) yield { kind: 'word', words: wordsOf(raw, index) };
    else yield { kind: 'letters', letters: [...lettersOf(raw, index)] };
  }
}

function wordsOf(raw: string, start: number): readonly Placed[] {
  const end = start + raw.length;
  const folded = foldLetters(raw);
  if (ASCII_WORD.test(folded)) return [{ folded: cutWord(folded), start, end }];
  return (folded.match(FOLDED_WORD) ?? []).map((word) => ({ folded: cutWord(word), start, end }));
}

function* lettersOf(raw: string, index: number): Generator<Placed> {
  for (const { 0: cluster, index: at } of raw.matchAll(CLUSTER)) {
    const start = index + at;
    const end = start + cluster.length;
    if (FOLDED.test(cluster)) yield { folded: cluster, start, end };
    else
      for (const [folded] of foldLetters(cluster).matchAll(CLUSTER))
        // A letter in brackets, such as ㈀, is three signs.
        if (IN_WORD.test(folded)) yield { folded, start, end };
  }
}

function cutWord(word: string): string {
  return word.length <= MAX_WORD_LETTERS ? word : [...word].slice(0, MAX_WORD_LETTERS).join('');
}

/** Two letters after each other, for each pair of a run. */
export function pairsOf(letters: readonly string[]): readonly string[] {
  return letters.slice(1).map((letter, index) => letters[index]! + letter);
}

/**
 * What FTS5 indexes of a text: folded words, and of a run of letters its pairs in order, then each letter once. A part of the run is then a phrase
 * of pairs, or one letter, and no phrase of pairs goes on into another run.
 */
export function indexedText(text: string): string {
  const tokens: string[] = [];
  for (const part of partsOf(text.normalize('NFC'))) {
    if (part.kind === 'word') for (const { folded } of part.words) tokens.push(folded);
    else {
      const letters = part.letters.map(({ folded }) => folded);
      tokens.push(...pairsOf(letters), ...new Set(letters));
    }
  }
  return tokens.join(' ');
}
