import type { LogFilter, PatternPlace } from '../base/log-search.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1010;

interface Pattern {
  readonly id: number;
  readonly lines: number;
}

/** The patterns at the place that the filter asks for, and how many come before them. @param patterns The most lines first, then by id. */
export function patternPage<Row extends Pattern>(
  patterns: readonly Row[],
  { patternsBelow, patternsAbove, patternLimit = DEFAULT_LIMIT }: LogFilter,
): { readonly page: readonly Row[]; readonly ahead: number } {
  const limit = Math.max(1, Math.min(Math.floor(patternLimit) || DEFAULT_LIMIT, MAX_LIMIT));
  const from = patternsBelow
    ? patterns.filter((row) => orderOf(row, patternsBelow) <= 0).length
    : patternsAbove
      ? Math.max(0, patterns.filter((row) => orderOf(row, patternsAbove) < 0).length - limit)
      : 0;
  return { page: patterns.slice(from, from + limit), ahead: from };
}

/** Below 0 if the pattern comes first. */
function orderOf({ lines, id }: Pattern, place: PatternPlace): number {
  return place.count - lines || id - place.id;
}
