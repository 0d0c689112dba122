import type { TimeRange } from '../../../otel/query.ts';
import { type ComparedRanges, type ComparedTelemetry, isComparable } from './compared-ranges.ts';
import { type ComparedSeries, compareInSteps } from './compared-series.ts';
import type { Sides } from './compared-sides.ts';
import { SharedSteps } from './shared-steps.ts';
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

const memories = new WeakMap<ComparedTelemetry, Memory>();

interface Memory {
  /** By what is asked for; the latest. */
  readonly shared: Map<string, Kept>;
  /** What a visit prepared, whatever others asked for meanwhile. */
  readonly prepared: WeakMap<ChosenRange, Kept & Pick<ComparedRanges, 'marker'>>;
}

/** The times that a comparison is of, and its work. */
interface Kept extends Sides {
  readonly rows: SharedSteps<Comparison['rows']>;
}

/**
 * Compares every operation. Both sides of a marker are compared by the overview while it is watched, by the health page and by Changes: they get the
 * same comparison until enough time has passed, with the times that it is of.
 */
export function comparison(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  ranges: ComparedRanges,
): Comparison {
  const { before, after, rows } = keptOf(telemetry, range, ranges);
  return { ...ranges, before, after, rows: rows.result };
}

/** The same in steps, for a page of this range. */
export function* prepareComparison(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  ranges: ComparedRanges | undefined,
): Generator<undefined, void> {
  if (ranges !== undefined) yield* keptOf(telemetry, range, ranges).rows.inSteps();
}

function keptOf(telemetry: ComparedTelemetry, range: ChosenRange, ranges: ComparedRanges): Kept {
  const { marker, before, after } = ranges;
  const anew = (): Kept => ({ before, after, rows: new SharedSteps(rowsOf(telemetry, ranges)) });
  const memory = memories.get(telemetry) ?? { shared: new Map(), prepared: new WeakMap() };
  memories.set(telemetry, memory);
  const own = memory.prepared.get(range);
  if (own !== undefined && isAsked(own, ranges)) return own;
  const key = JSON.stringify([marker?.atMillis, range.preset?.from, range.query]);
  const kept = marker === undefined ? anew() : sharedOf(memory.shared, key, after, anew);
  memory.prepared.set(range, { ...kept, marker });
  return kept;
}

/** Both sides of one marker, or without one the same times. */
function isAsked(
  own: Kept & Pick<ComparedRanges, 'marker'>,
  { marker, before, after }: ComparedRanges,
): boolean {
  if (marker !== undefined) return own.marker?.atMillis === marker.atMillis;
  const isSame = (one: TimeRange, other: TimeRange): boolean =>
    one.fromMillis === other.fromMillis && one.toMillis === other.toMillis;
  return own.marker === undefined && isSame(own.before, before) && isSame(own.after, after);
}

/** Of all pages that ask for the same. */
function sharedOf(shared: Map<string, Kept>, key: string, after: TimeRange, anew: () => Kept): Kept {
  const known = shared.get(key);
  const more = known === undefined ? Infinity : Math.abs(after.toMillis - known.after.toMillis);
  if (known?.rows.hasFailed === false && more <= Math.min(MAX_LITTLE_MILLIS, lengthOf(known.after) * LITTLE))
    return known;
  if (shared.size >= MAX_KEPT) shared.clear();
  const made = anew();
  shared.set(key, made);
  return made;
}

function* rowsOf(
  telemetry: ComparedTelemetry,
  ranges: ComparedRanges,
): Generator<undefined, Comparison['rows']> {
  return isComparable(ranges) ? yield* compareInSteps(telemetry, ranges) : [];
}
