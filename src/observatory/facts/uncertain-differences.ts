import {
  type ComparedSeries,
  type Difference,
  isQuantile,
  type Quantile,
  QUANTILES,
} from './compared-series.ts';
import type { ComparedRatio } from './ratio-interval.ts';

/** Fewer runs of an operation do not make it a new one. */
const MIN_RUNS = 20;
/** From this ratio on a difference is large. */
const LARGE_RATIO = 2;
/** Of one operation, looked at alone: with a greater chance, nothing is said of a difference. */
const ALONE = 0.02;

/**
 * Durations that are far from what they were, and would differ if nothing else were compared, but that happened in too few stretches of time to tell
 * it from chance among all that is: their intervals have 1 in them.
 */
export function uncertain(row: ComparedSeries): readonly Difference[] {
  const { differs } = row;
  return [
    ...(isNewFailure(row) ? (['failed'] as const) : []),
    ...QUANTILES.filter((what) => isLarge(row[what]) && !differs.includes(what)),
  ];
}

/** Twice as long or half, and by itself not by chance. */
export function isLarge(quantile: ComparedRatio | undefined): boolean {
  if (quantile === undefined) return false;
  const { ratio, chance } = quantile;
  return chance <= ALONE && (ratio >= LARGE_RATIO || ratio <= 1 / LARGE_RATIO);
}

/** What a table says of a difference. */
export function certainty(row: ComparedSeries, what: Difference): 'differs' | 'perhaps' | 'no' {
  if (row.differs.includes(what)) return 'differs';
  return uncertain(row).includes(what) ? 'perhaps' : 'no';
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
export function slowerBy(row: ComparedSeries, among: readonly Difference[]): Quantile | undefined {
  return clearest(
    row,
    among.filter((what) => isQuantile(what) && (row[what]?.ratio ?? 1) > 1),
  );
}

/** Much slower by its own interval, but not beyond what chance makes of so many operations. */
export function isPerhapsSlower(row: ComparedSeries): boolean {
  return slowerBy(row, uncertain(row)) !== undefined && slowerBy(row, row.differs) === undefined;
}

/** Of several percentiles p95, unless a lower one changed far more, as some took as long before: then the lowest that changed nearly as much. */
export function clearest(row: ComparedSeries, among: readonly Difference[]): Quantile | undefined {
  const change = (what: Quantile): number => Math.abs(Math.log(row[what]?.ratio ?? 1));
  const found = QUANTILES.filter((what) => among.includes(what));
  const most = Math.max(...found.map(change));
  const isNear = (what: Quantile): boolean => change(what) > most - Math.log(LARGE_RATIO);
  return found.find((what) => what === 'p95' && isNear(what)) ?? found.findLast(isNear);
}

/** What an operation took after, less what as many would have taken before, milliseconds. */
export function slowdownMillis({ before, after }: ComparedSeries): number {
  return after.totalMillis - (before.totalMillis * after.count) / Math.max(1, before.count);
}

/** The percentile that a row and a sentence tell of an operation: the one that differs, or may, and else the highest of which most is known. */
export function toldQuantile(row: ComparedSeries): Quantile | undefined {
  const known = QUANTILES.filter((what) => row[what] !== undefined);
  const isBounded = (what: Quantile): boolean =>
    row[what] !== undefined && row[what].low > 0 && row[what].high < Infinity;
  return clearest(row, row.differs) ?? clearest(row, uncertain(row)) ?? known.find(isBounded) ?? known.at(0);
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
