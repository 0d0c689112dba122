import type { ComparedQuantile } from './compared-durations.ts';
import type { ComparedSeries, Difference } from './compared-series.ts';

/** Fewer runs of an operation do not make it a new one. */
const MIN_RUNS = 20;
/** From this ratio on a difference is large. */
const LARGE_RATIO = 2;

/**
 * Durations that are far from what they were, by their own intervals, but that happened in too few stretches of time to tell it from chance
 * among all that is compared.
 */
export function uncertain(row: ComparedSeries): readonly Difference[] {
  const { differs } = row;
  return [
    ...(isNewFailure(row) ? (['failed'] as const) : []),
    ...(['p95', 'p50'] as const).filter((what) => isLarge(row[what]) && !differs.includes(what)),
  ];
}

/** Twice as long or half, outside of its interval. */
export function isLarge(quantile: ComparedQuantile | undefined): boolean {
  if (quantile === undefined) return false;
  const { ratio, low, high } = quantile;
  return (ratio >= LARGE_RATIO && low > 1) || (ratio <= 1 / LARGE_RATIO && high < 1);
}

/** What a table says of a difference: not certain if only its own interval tells it from chance. */
export function certainty(
  row: ComparedSeries,
  what: Difference,
): 'differs' | 'perhaps' | 'not certain' | 'no' {
  if (row.differs.includes(what)) return 'differs';
  if (uncertain(row).includes(what)) return 'perhaps';
  const quantile = isPercentile(what) ? row[what] : undefined;
  return quantile !== undefined && (quantile.low > 1 || quantile.high < 1) ? 'not certain' : 'no';
}

/** It failed, not once in the time before, and too seldom to tell it from chance. */
export function isNewFailure({
  before,
  after,
  differs,
}: Pick<ComparedSeries, 'before' | 'after' | 'differs'>): boolean {
  return after.errors > 0 && before.errors === 0 && !differs.includes('failed');
}

/** The percentile by which an operation became slower; undefined if it did not. */
export function slowerBy(row: ComparedSeries, among: readonly Difference[]): 'p95' | 'p50' | undefined {
  return clearest(
    row,
    among.filter((what) => isPercentile(what) && (row[what]?.ratio ?? 1) > 1),
  );
}

const isPercentile = (what: Difference): what is 'p95' | 'p50' => what === 'p95' || what === 'p50';

/** Of two percentiles p95, unless the median changed far more: then some took as long before. */
export function clearest(row: ComparedSeries, among: readonly Difference[]): 'p95' | 'p50' | undefined {
  const [first, other] = among.filter(isPercentile);
  if (first === undefined || other === undefined) return first;
  const change = (what: 'p95' | 'p50'): number => Math.abs(Math.log(row[what]?.ratio ?? 1));
  return change('p50') >= change('p95') + Math.log(LARGE_RATIO) ? 'p50' : 'p95';
}

/** What an operation took after, less what as many would have taken before, milliseconds. */
export function slowdownMillis({ before, after }: ComparedSeries): number {
  return after.totalMillis - (before.totalMillis * after.count) / Math.max(1, before.count);
}

/** The percentile that a row and a sentence tell of an operation: the one that differs, or may, and else the highest that is known. */
export function toldQuantile(row: ComparedSeries): 'p95' | 'p50' | undefined {
  return (
    clearest(row, row.differs) ??
    clearest(row, uncertain(row)) ??
    (['p95', 'p50'] as const).find((what) => row[what] !== undefined)
  );
}

/** It ran on one side alone, and too unevenly to tell that from chance. */
export function isOnOneSide({
  before,
  after,
  differs,
}: Pick<ComparedSeries, 'before' | 'after' | 'differs'>): 'before' | 'after' | undefined {
  if (differs.includes('rate') || Math.max(before.count, after.count) < MIN_RUNS) return undefined;
  if (before.count === 0) return 'after';
  return after.count === 0 ? 'before' : undefined;
}
