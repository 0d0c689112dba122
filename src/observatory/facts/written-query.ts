import { queryTokens, type QueryToken } from './query-tokens.ts';

/** Characters of a query that are read. */
export const MAX_QUERY_CHARS = 1000;
/** As many as the stores use. */
export const MAX_QUERY_TERMS = 20;
const MAX_PROBLEMS = 3;
/** Characters of a term in a sentence. */
export const MAX_QUOTED_CHARS = 60;

/** A term with the text that it was read from. */
export interface WrittenTerm<Term> {
  readonly source: string;
  readonly term: Term;
}

/** What was typed into a search. */
export interface WrittenQuery<Term> {
  /** What was read of it. */
  readonly text: string;
  readonly terms: readonly WrittenTerm<Term>[];
  /** A sentence for each term that was not understood, and is not used. */
  readonly problems: readonly string[];
}

/**
 * Reads terms separated by white space, each by `termOf`, which returns a sentence if it is not understood, and undefined
 * for nothing. Never throws; linear in the length of the query, of which MAX_QUERY_CHARS and MAX_QUERY_TERMS are read.
 */
export function readQuery<Term extends object>(
  written: string,
  termOf: (token: QueryToken) => Term | string | undefined,
): WrittenQuery<Term> {
  const whole = written.trim();
  const text = whole.slice(0, MAX_QUERY_CHARS).replaceAll(/[“”„]/g, '"');
  const tokens = queryTokens(text);
  const terms: WrittenTerm<Term>[] = [];
  const problems: string[] = [];
  for (const token of tokens.slice(0, MAX_QUERY_TERMS)) {
    const found = termOf(token);
    if (typeof found === 'string') problems.push(found);
    else if (found !== undefined) terms.push({ source: token.source, term: found });
  }
  return { text, terms, problems: [...fewOf(problems), ...tooMuch(whole, tokens.length)] };
}

/** The query without these of its terms. */
export function without(text: string, gone: readonly Pick<WrittenTerm<unknown>, 'source'>[]): string {
  const sources = new Set(gone.map(({ source }) => source));
  return queryTokens(text)
    .map(({ source }) => source)
    .filter((source) => !sources.has(source))
    .join(' ');
}

/** The whole token as a word. */
export function asWord(token: QueryToken): QueryToken {
  const value = token.isNegated ? token.source.slice(1) : token.source;
  return { ...token, key: undefined, operator: undefined, value, isQuoted: false };
}

/** A token in a sentence. */
export function shown({ source }: QueryToken): string {
  return `“${source.length > MAX_QUOTED_CHARS ? `${source.slice(0, MAX_QUOTED_CHARS)}…` : source}”`;
}

function fewOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - MAX_PROBLEMS;
  return more <= 0
    ? problems
    : [
        ...problems.slice(0, MAX_PROBLEMS),
        `${more} more ${more === 1 ? 'term was' : 'terms were'} not understood.`,
      ];
}

function tooMuch(text: string, terms: number): readonly string[] {
  return [
    ...(text.length > MAX_QUERY_CHARS
      ? [`The query has ${text.length} characters; the first ${MAX_QUERY_CHARS} were read.`]
      : []),
    ...(terms > MAX_QUERY_TERMS
      ? [`The query has ${terms} terms; the first ${MAX_QUERY_TERMS} were used.`]
      : []),
  ];
}
