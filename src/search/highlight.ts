import { MAX_TERM_LENGTH, type SearchTerm } from './search-query.ts';
import { partsOf, type Placed } from './search-words.ts';

/** A part of a text; `hit` is true for a match. */
export interface SnippetPiece {
  readonly text: string;
  readonly hit: boolean;
}

interface Hit {
  readonly start: number;
  readonly end: number;
  /** Which term. */
  readonly term: number;
}

const SNIPPET_CHARACTERS = 200;
/** Before the first match. */
const LEAD_CHARACTERS = 60;
/** Of a longer text, the rest is not looked at: 20 texts of a megabyte would take a second. */
const MAX_SCANNED_CHARACTERS = 100_000;
const MAX_HITS = 200;

/** All of a text in NFC, with its matches. */
export function highlighted(text: string, terms: readonly SearchTerm[]): readonly SnippetPiece[] {
  return piecesOf(text, 0, text.length, hitsIn(text, terms, Infinity));
}

/** The part of a text in NFC that has the most terms, with an ellipsis where it is cut; its beginning if none is found. */
export function snippetOf(text: string, terms: readonly SearchTerm[]): readonly SnippetPiece[] {
  const hits = hitsIn(text.slice(0, MAX_SCANNED_CHARACTERS), terms, SNIPPET_CHARACTERS);
  const first = bestOf(hits);
  const from = first === undefined ? 0 : startBefore(text, first.start);
  const end = endAfter(text, from, first?.end ?? 0);
  // No comma before an ellipsis.
  const to = end < text.length ? from + text.slice(from, end).replace(/[\s,;:.]{1,9}$/, '').length : end;
  const pieces = piecesOf(text, from, to, hits);
  const cut = (isCut: boolean): SnippetPiece[] => (isCut ? [{ text: '…', hit: false }] : []);
  return [...cut(from > 0), ...pieces, ...cut(to < text.length)];
}

/** @param further Once every term is found, the text is read so much further. */
function hitsIn(text: string, terms: readonly SearchTerm[], further: number): readonly Hit[] {
  const hits: Hit[] = [];
  const seen = new Set<number>();
  const mayEnd = lastWordsOf(terms);
  let words: Placed[] = [];
  let until = Infinity;
  for (const part of partsOf(text)) {
    const before = hits.length;
    if (part.kind === 'letters') {
      words = [];
      hits.push(...hitsInLetters(part.letters, terms));
    } else
      for (const word of part.words) {
        words.push(word);
        if (words.length > 2 * MAX_TERM_LENGTH) words = words.slice(-MAX_TERM_LENGTH);
        if (mayEnd(word.folded)) hits.push(...hitsInWords(words, terms));
      }
    if (hits.length === before) continue;
    const { start } = hits.at(-1)!;
    if (start > until || hits.length >= MAX_HITS) break;
    for (const { term } of hits.slice(before)) seen.add(term);
    if (seen.size === terms.length) until = Math.min(until, start + further);
  }
  return hits.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Returns true for a word that a term may end with; nearly all do not. */
function lastWordsOf(terms: readonly SearchTerm[]): (word: string) => boolean {
  const whole = new Set<string>();
  const beginnings: string[] = [];
  for (const term of terms) {
    if (term.kind === 'letters') continue;
    whole.add(term.words.at(-1)!);
    if (term.isBeginning) beginnings.push(term.words.at(-1)!);
  }
  return (word) => whole.has(word) || beginnings.some((beginning) => word.startsWith(beginning));
}

/** Terms that end with the last of these words. */
function hitsInWords(last: readonly Placed[], terms: readonly SearchTerm[]): readonly Hit[] {
  const end = last.at(-1)!.end;
  return terms.flatMap((term, index): Hit[] => {
    if (term.kind !== 'words' || term.words.length > last.length) return [];
    const from = last.length - term.words.length;
    const isHit = term.words.every((word, at) => {
      const { folded } = last[from + at]!;
      return folded === word || (term.isBeginning && at === term.words.length - 1 && folded.startsWith(word));
    });
    return isHit ? [{ start: last[from]!.start, end, term: index }] : [];
  });
}

function hitsInLetters(all: readonly Placed[], terms: readonly SearchTerm[]): readonly Hit[] {
  const hits: Hit[] = [];
  for (const [index, term] of terms.entries()) {
    if (term.kind !== 'letters') continue;
    const { letters } = term;
    for (let at = 0; at + letters.length <= all.length; at++) {
      if (!letters.every((letter, next) => all[at + next]!.folded === letter)) continue;
      hits.push({ start: all[at]!.start, end: all[at + letters.length - 1]!.end, term: index });
      at += letters.length - 1;
    }
  }
  return hits;
}

/** The first match of the stretch with the most terms. */
function bestOf(hits: readonly Hit[]): Hit | undefined {
  let best: Hit | undefined;
  let most = 0;
  for (const [index, hit] of hits.entries()) {
    const seen = new Set<number>();
    for (let next = index; next < hits.length; next++) {
      if (hits[next]!.end > hit.start + SNIPPET_CHARACTERS - LEAD_CHARACTERS) break;
      seen.add(hits[next]!.term);
    }
    if (seen.size > most) [best, most] = [hit, seen.size];
  }
  return best ?? hits[0];
}

function startBefore(text: string, hitStart: number): number {
  const from = hitStart - LEAD_CHARACTERS;
  if (from <= 0) return 0;
  const space = text.slice(from, hitStart).search(/\s\S/);
  return space === -1 ? whole(text, from) : from + space + 1;
}

function endAfter(text: string, from: number, hitEnd: number): number {
  const to = Math.max(from + SNIPPET_CHARACTERS, hitEnd);
  if (to >= text.length) return text.length;
  const space = text.slice(0, to).search(/\s\S*$/);
  return space > Math.max(hitEnd, from + SNIPPET_CHARACTERS / 2) ? space : whole(text, to);
}

/** The next place at which no character is cut from its marks. */
function whole(text: string, at: number): number {
  let place = at;
  while (place < text.length && /^[\p{M}\udc00-\udfff\u200d]/u.test(text.slice(place, place + 1))) place++;
  return place;
}

function piecesOf(text: string, from: number, to: number, hits: readonly Hit[]): readonly SnippetPiece[] {
  const pieces: SnippetPiece[] = [];
  let done = from;
  const push = (until: number, hit: boolean): void => {
    if (until > done) pieces.push({ text: text.slice(done, until), hit });
    done = Math.max(done, until);
  };
  for (const { start, end } of hits) {
    if (start < from || end > to || end <= done) continue;
    push(start, false);
    push(end, true);
  }
  push(to, false);
  return pieces;
}
