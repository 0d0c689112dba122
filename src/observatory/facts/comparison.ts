import { type ComparedRanges, type ComparedTelemetry, isComparable } from './compared-ranges.ts';
import { type ComparedSeries, compareSeries } from './compared-series.ts';
import type { ChosenRange } from './time-range.ts';
import { lengthOf } from './traffic.ts';

/** Two stretches of time, and every operation on both. */
export interface Comparison extends ComparedRanges {
  readonly rows: readonly ComparedSeries[];
}

/** Of the time after a marker: with so little more, it is not compared anew. */
const LITTLE = 1 / 200;
const MAX_LITTLE_MILLIS = 60_000;
/** More than are looked at together. */
const MAX_KEPT = 8;

const kept = new WeakMap<ComparedTelemetry, Map<string, Comparison>>();

/**
 * Compares every operation. Both sides of a marker are compared by the overview while it is watched, by the health page and by Changes: they get the
 * same comparison until enough time has passed, with the times that it is of.
 */
export function comparison(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  ranges: ComparedRanges,
): Comparison {
  const compared = (): Comparison => ({
    ...ranges,
    rows: isComparable(ranges) ? compareSeries(telemetry, ranges) : [],
  });
  const { marker, after } = ranges;
  if (marker === undefined) return compared();
  const known = kept.get(telemetry) ?? new Map<string, Comparison>();
  kept.set(telemetry, known);
  const key = JSON.stringify([marker.atMillis, range.preset?.from, range.query]);
  const before = known.get(key);
  const more = before === undefined ? Infinity : Math.abs(after.toMillis - before.after.toMillis);
  if (before !== undefined && more <= Math.min(MAX_LITTLE_MILLIS, lengthOf(before.after) * LITTLE))
    return { ...ranges, before: before.before, after: before.after, rows: before.rows };
  if (known.size >= MAX_KEPT) known.clear();
  const anew = compared();
  known.set(key, anew);
  return anew;
}
