import type { TimeRange, TopRow, TopRows } from '../query.ts';

/** A value of a list with what is known of its count. */
export interface SummaryRow<Detail = undefined> {
  readonly value: string;
  /** Never too many. */
  readonly count: number;
  /** At most as many more were counted among the others; 0: `count` is exact. */
  readonly missed: number;
  readonly firstMillis: number;
  readonly lastMillis: number;
  /** Those that are missed are not earlier and not later; without it they may be of any time of the stream. */
  readonly missedFromMillis?: number | undefined;
  readonly missedToMillis?: number | undefined;
  readonly detail: Detail | undefined;
}

/** The most frequent values of a stream, as plain data that can be stored and merged. */
export interface ListSummary<Detail = undefined> {
  /** Values counted, listed or not. */
  readonly total: number;
  /** A value that is not in `rows` was counted at most so often; 0: all are there. */
  readonly unlisted: number;
  /** Of the first and the last value that was counted, listed or not; undefined in lists of earlier versions. */
  readonly fromMillis?: number | undefined;
  readonly toMillis?: number | undefined;
  /** Most frequent first. */
  readonly rows: readonly SummaryRow<Detail>[];
}

export const NO_VALUES: ListSummary<never> = { total: 0, unlisted: 0, rows: [] };
/** Where a time is not known. Both can be stored as JSON. */
const EVER = { fromMillis: 0, toMillis: Number.MAX_SAFE_INTEGER };

/**
 * One summary of several streams, of at most `maxRows` values. Space-Saving summaries are mergeable (Agarwal, Cormode, Huang, Phillips, Wei, Yi:
 * Mergeable Summaries, PODS 2012). Here each carries its error instead of deriving it from its size: a value that a summary does not list may have
 * been counted there `unlisted` times. So counts stay lower bounds, `count + missed` upper ones, and whatever is more frequent than `unlisted` is
 * listed, however often and in whichever order summaries are merged.
 *
 * @param joined Merges the details of rows with the same value, older first.
 */
export function mergedSummary<Detail = undefined>(
  summaries: readonly ListSummary<Detail>[],
  maxRows: number,
  joined: (a: SummaryRow<Detail>, b: SummaryRow<Detail>) => Detail | undefined = () => undefined,
): ListSummary<Detail> {
  let total = 0;
  let unlisted = 0;
  const byValue = new Map<string, SummaryRow<Detail>>();
  for (const summary of summaries) {
    total += summary.total;
    unlisted += summary.unlisted;
    for (const row of summary.rows) {
      // `missed` is relative to `unlisted` until all are read: negative for what was listed more exactly.
      const missed = row.missed - summary.unlisted;
      const known = byValue.get(row.value);
      byValue.set(
        row.value,
        known === undefined ? { ...row, missed } : together(known, { ...row, missed }, joined),
      );
    }
  }
  const others = total - sumOf(byValue.values());
  const rows = [...byValue.values()]
    .map((row) => ({ ...row, missed: Math.min(others, Math.max(0, row.missed + unlisted)) }))
    .sort((a, b) => b.count + b.missed - a.count - a.missed || b.lastMillis - a.lastMillis);
  let times: ReturnType<typeof missedTimes> | undefined;
  const timesOf = (value: string): MissedTimes => (times ??= missedTimes(summaries))(value);
  const kept = rows
    .slice(0, maxRows)
    .map((row) => (row.missed === 0 ? row : { ...row, ...timesOf(row.value) }));
  const gone = rows[maxRows];
  return {
    total,
    unlisted: Math.max(Math.min(unlisted, others), gone === undefined ? 0 : gone.count + gone.missed),
    ...extentOf(summaries),
    rows: kept.sort(mostFrequentFirst),
  };
}

type MissedTimes = Pick<SummaryRow, 'missedFromMillis' | 'missedToMillis'>;

/** When a value may have been counted without being listed: in a summary that misses some of it, or does not list it and leaves values out. */
function missedTimes(summaries: readonly ListSummary<unknown>[]): (value: string) => MissedTimes {
  const known = summaries.map((summary) => ({
    summary,
    extent: extentOf([summary]),
    rows: new Map(summary.rows.map((row) => [row.value, row])),
  }));
  return (value) => {
    let missedFromMillis = Infinity;
    let missedToMillis = -Infinity;
    for (const { summary, extent, rows } of known) {
      const row = rows.get(value);
      if ((row?.missed ?? summary.unlisted) === 0) continue;
      missedFromMillis = Math.min(missedFromMillis, row?.missedFromMillis ?? extent.fromMillis);
      missedToMillis = Math.max(missedToMillis, row?.missedToMillis ?? extent.toMillis);
    }
    return { missedFromMillis, missedToMillis };
  };
}

function extentOf(summaries: readonly ListSummary<unknown>[]): TimeRange {
  const counted = summaries.filter(({ total }) => total > 0);
  if (counted.length === 0) return EVER;
  return {
    fromMillis: Math.min(...counted.map(({ fromMillis = EVER.fromMillis }) => fromMillis)),
    toMillis: Math.max(...counted.map(({ toMillis = EVER.toMillis }) => toMillis)),
  };
}

export function mostFrequentFirst<Row extends Pick<TopRow, 'count' | 'lastMillis'>>(a: Row, b: Row): number {
  return b.count - a.count || b.lastMillis - a.lastMillis;
}

/** @param count Things counted, with and without a value. */
export function topRowsOf<Detail, Row extends TopRow>(
  { total, rows }: ListSummary<Detail>,
  count: number,
  rowOf: (row: TopRow, detail: Detail | undefined) => Row,
): TopRows<Row> {
  return {
    rows: rows.map((row) => rowOf(topRowOf(row), row.detail)),
    none: count - total,
    others: total - sumOf(rows),
  };
}

function topRowOf({
  value,
  count,
  missed,
  firstMillis,
  lastMillis,
  missedFromMillis = EVER.fromMillis,
  missedToMillis = EVER.toMillis,
}: SummaryRow<unknown>): TopRow {
  const isExact = missed === 0;
  return {
    value,
    count,
    isExact,
    missed,
    firstMillis,
    firstIsExact: isExact || missedFromMillis >= firstMillis,
    lastMillis,
    lastIsExact: isExact || missedToMillis <= lastMillis,
  };
}

function together<Detail>(
  a: SummaryRow<Detail>,
  b: SummaryRow<Detail>,
  joined: (a: SummaryRow<Detail>, b: SummaryRow<Detail>) => Detail | undefined,
): SummaryRow<Detail> {
  return {
    value: a.value,
    count: a.count + b.count,
    missed: a.missed + b.missed,
    firstMillis: Math.min(a.firstMillis, b.firstMillis),
    lastMillis: Math.max(a.lastMillis, b.lastMillis),
    detail: a.lastMillis <= b.lastMillis ? joined(a, b) : joined(b, a),
  };
}

export function sumOf(rows: Iterable<{ readonly count: number }>): number {
  let sum = 0;
  for (const { count } of rows) sum += count;
  return sum;
}
