import { pairsOf, partsOf } from './search-words.ts';

/** More words hardly narrow the result, but each costs a look-up. */
const MAX_TERMS = 16;
/** Words of a phrase, or letters of a run. */
export const MAX_TERM_LENGTH = 64;
/** Shorter beginnings are those of most words: FTS5 has no index of them, and merging all of these takes tenths of a second. */
const MIN_BEGINNING = 3;
const QUOTED = /"([^"]*)"|([^"]+|")/g;

/** What has to be in a post, folded. */
export type SearchTerm =
  /** Words after each other. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isBeginning: boolean }
  /** Part of a run of letters without spaces. */
  | { readonly kind: 'letters'; readonly letters: readonly string[] };

/**
 * The terms of a search, of which a post must have all; none without a word. Words within quotes are a phrase. The last word is a beginning, unless it
 * is short or in quotes. A space after it means nothing: keyboards of phones add one.
 */
export function searchTerms(text: string): readonly SearchTerm[] {
  const terms: SearchTerm[] = [];
  for (const [, phrase, plain] of text.normalize('NFC').matchAll(QUOTED)) {
    if (terms.length >= MAX_TERMS) break;
    if (phrase !== undefined) terms.push(...termsOf(phrase, true));
    else terms.push(...termsOf(plain!, false));
  }
  const isOpen = terms.length <= MAX_TERMS && !text.trimEnd().endsWith('"');
  const last = terms.at(-1);
  if (isOpen && last?.kind === 'words' && [...last.words[0]!].length >= MIN_BEGINNING)
    terms[terms.length - 1] = { ...last, isBeginning: true };
  return [...new Map(terms.slice(0, MAX_TERMS).map((term) => [matchOf(term), term])).values()];
}

function termsOf(text: string, isPhrase: boolean): SearchTerm[] {
  const terms: SearchTerm[] = [];
  let phrase: string[] | undefined;
  for (const part of partsOf(text)) {
    if (part.kind === 'letters') {
      const letters = part.letters.slice(0, MAX_TERM_LENGTH).map(({ folded }) => folded);
      if (letters.length > 0) terms.push({ kind: 'letters', letters });
      phrase = undefined;
      continue;
    }
    for (const { folded } of part.words) {
      if (isPhrase && phrase !== undefined) {
        if (phrase.length < MAX_TERM_LENGTH) phrase.push(folded);
        continue;
      }
      phrase = [folded];
      terms.push({ kind: 'words', words: phrase, isBeginning: false });
    }
    if (terms.length > MAX_TERMS) break;
  }
  return terms;
}

/** The FTS5 expression of all terms; each is quoted, so that none is syntax. */
export function matchExpression(terms: readonly SearchTerm[]): string {
  return terms.map(matchOf).join(' AND ');
}

function matchOf(term: SearchTerm): string {
  if (term.kind === 'words') return `"${term.words.join(' ')}"${term.isBeginning ? '*' : ''}`;
  const { letters } = term;
  return `"${(letters.length === 1 ? letters : pairsOf(letters)).join(' ')}"`;
}
