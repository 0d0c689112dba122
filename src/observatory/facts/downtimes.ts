import type { Downtime, DowntimeFacts, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { lengthOf } from './traffic.ts';

/** Before an end: what it left in the log and in traces. */
const LAST_MILLIS = 60_000;
/** Ends are looked into, the newest first. */
const MAX_LOOKED_INTO = 20;

/** Downtime of a range. One that lies partly in it is told whole; only its part within counts for the share of the time. */
export interface DowntimeSum {
  /** Newest first, whole. */
  readonly rows: readonly Downtime[];
  /** The same of the time before the range and after it, whole. */
  readonly earlier: readonly Downtime[];
  readonly later: readonly Downtime[];
  /** Of the whole rows. */
  readonly totalMillis: number;
  /** The same if each began as late as it may have. */
  readonly leastMillis: number;
  /** Of their parts within the range. */
  readonly withinMillis: number;
  /** The known part of the range. */
  readonly known: TimeRange;
  /** Earlier processes are not known. */
  readonly sinceMillis: number;
  /** Of the known part, in which a process ran; 1 if nothing is known. */
  readonly upShare: number;
  /** The same if each began as late as it may have. */
  readonly mostUpShare: number;
  readonly precisionMillis: number;
}

export function sumDowntimes(facts: DowntimeFacts, range: TimeRange): DowntimeSum {
  const known = {
    fromMillis: Math.max(range.fromMillis, Math.min(facts.sinceMillis, range.toMillis)),
    toMillis: range.toMillis,
  };
  const rows = facts.rows.filter((row) => partWithin(row, known) > 0);
  const sumOf = (millisOf: (row: Downtime) => number): number =>
    rows.reduce((sum, row) => sum + millisOf(row), 0);
  const totalMillis = sumOf(lengthOf);
  const withinMillis = sumOf((row) => partWithin(row, known));
  const leastWithinMillis = sumOf((row) => Math.max(0, partWithin(latestBegun(row), known)));
  const knownMillis = known.toMillis - known.fromMillis;
  // Where a clock was set back, times are there twice.
  const upShareOf = (downMillis: number): number =>
    knownMillis <= 0 ? 1 : Math.max(0, 1 - downMillis / knownMillis);
  return {
    rows: rows.toReversed(),
    earlier: facts.rows.filter(({ toMillis }) => toMillis <= known.fromMillis).toReversed(),
    later: facts.rows.filter(({ fromMillis }) => fromMillis >= known.toMillis).toReversed(),
    totalMillis,
    leastMillis: sumOf((row) => lengthOf(latestBegun(row))),
    withinMillis,
    known,
    sinceMillis: facts.sinceMillis,
    upShare: upShareOf(withinMillis),
    mostUpShare: upShareOf(leastWithinMillis),
    precisionMillis: facts.precisionMillis,
  };
}

/** Of an end that nobody noted: the shortest that it may have been. */
export function latestBegun({ fromMillis, toMillis, uncertainMillis }: Downtime): TimeRange {
  return { fromMillis: fromMillis + uncertainMillis, toMillis };
}

/** How much of a time lies within another; not above 0 if nothing does. */
export function partWithin(row: TimeRange, { fromMillis, toMillis }: TimeRange): number {
  return Math.min(row.toMillis, toMillis) - Math.max(row.fromMillis, fromMillis);
}

/** What a row tells of the time outside the range: `began before this range`; undefined if it lies within. */
export function outsideText({ fromMillis, toMillis }: Downtime, known: TimeRange): string | undefined {
  const words = [
    ...(fromMillis < known.fromMillis ? ['began before this range'] : []),
    ...(toMillis > known.toMillis ? ['ended after it'] : []),
  ];
  if (words.length === 0) return undefined;
  return words.join(', ').replace(/^ended after it$/, 'ended after this range');
}

/** Ends of a process that nobody asked for. */
export function isUnasked({ ended }: Pick<Downtime, 'ended'>): boolean {
  return ended !== 'stopped' && ended !== 'slept';
}

/** What is held of the minute before an end that nobody asked for, or of the life of a process that ran for less. */
export interface LastMinute {
  readonly range: TimeRange;
  /** Undefined if no lines are stored. */
  readonly logLines: number | undefined;
  /** Kept operations that failed. */
  readonly failures: number;
  readonly traces: number;
}

/** Of each row; undefined for a stop, and for older rows than the newest 20 others. */
export function lastMinutes(
  telemetry: Pick<TelemetryQuery, 'logLines' | 'failures' | 'traces'>,
  { rows, precisionMillis }: DowntimeSum,
): readonly (LastMinute | undefined)[] {
  let left = MAX_LOOKED_INTO;
  return rows.map(({ ended, seenMillis, startedMillis }, index) => {
    if (!isUnasked({ ended }) || left-- <= 0) return undefined;
    const untilMillis = seenMillis + precisionMillis;
    // What the next process did is not of this one.
    const endMillis = startedMillis > seenMillis ? Math.min(untilMillis, startedMillis) : untilMillis;
    // Nor is what the one before did, where a start fails again and again. Of a clock that was set back, its start says nothing.
    const own = rows[index + 1]?.startedMillis ?? -Infinity;
    const fromMillis = Math.max(seenMillis - LAST_MILLIS, own < seenMillis ? own : -Infinity);
    const range = { fromMillis, toMillis: endMillis };
    return {
      range,
      logLines: telemetry.logLines({ range, limit: 1 })?.total.count,
      failures: telemetry.failures({ range, limit: 1 }).total,
      traces: telemetry.traces({ range, limit: 0 }).total,
    };
  });
}
