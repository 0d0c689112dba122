import type { RequestLists, TimeRange } from '../../../otel/query.ts';

/**
 * Requests of a range that are counted but in no list: an earlier version counted them, or a process that was killed before it wrote its lists. Lists
 * are of whole hours, so their time is added to the range.
 *
 * @param countIn Exact.
 */
export function unlistedRequests(
  lists: RequestLists | undefined,
  range: TimeRange,
  countIn: (range: TimeRange) => number,
): number {
  if (lists === undefined) return countIn(range);
  const counted = countIn({
    fromMillis: Math.min(range.fromMillis, lists.fromMillis),
    toMillis: Math.max(range.toMillis, lists.toMillis),
  });
  return Math.max(0, counted - lists.count);
}
