import type { Marker, OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { lengthWords } from '../../markup/span-text.ts';
import { momentText } from '../format/moment.ts';
import { lengthOf, requestsIn, withTraffic } from './traffic.ts';

type Counts = Pick<TelemetryQuery, 'coverage' | 'heatMap'>;

/** Two stretches of time. */
export interface Sides {
  readonly before: TimeRange;
  readonly after: TimeRange;
}

const MINUTE_MILLIS = 60_000;
const HOUR_MILLIS = 60 * MINUTE_MILLIS;
export const DAY_MILLIS = 24 * HOUR_MILLIS;
/** A shorter stretch is not looked for to have finer counts. */
const MIN_REACH_MILLIS = 5 * MINUTE_MILLIS;
/** With fewer of an operation on a side, little can be compared. */
const ENOUGH = 20;
/** Counts of a stretch are as fine as need be if it has so many buckets. */
const FINE_BUCKETS = 15;
/** Less of a range is said to be a part of it. */
const MOSTLY = 0.9;
/** So long after its start a process may be slower, as its caches are not filled and its code is not compiled: its first minutes are compared with those of another. */
const YOUNG_MILLIS = 60 * MINUTE_MILLIS;
/** Of less, nothing is certain. */
const MIN_YOUNG_MILLIS = 3 * MINUTE_MILLIS;
/** Then counts are fine enough with so many buckets. */
const YOUNG_BUCKETS = 4;

const COMPARED: readonly OperationType[] = ['http', 'other', 'database'];

/** Returns true if an operation happened often enough on both sides. */
export function isWorthComparing(
  telemetry: Pick<TelemetryQuery, 'series'>,
  { before, after }: Sides,
): boolean {
  if (!(before.toMillis > before.fromMillis && after.toMillis > after.fromMillis)) return false;
  return COMPARED.some((type) => {
    const often = new Set(frequent(telemetry, type, before));
    return frequent(telemetry, type, after).some((name) => often.has(name));
  });
}

function frequent(
  telemetry: Pick<TelemetryQuery, 'series'>,
  type: OperationType,
  range: TimeRange,
): readonly string[] {
  return telemetry
    .series(type, range)
    .filter(({ count }) => count >= ENOUGH)
    .map(({ name }) => name);
}

/** The latest time up to `toMillis` with enough traffic, at most `length`; undefined without any. */
export function reachBack(
  telemetry: Counts,
  { toMillis, length, knownFrom }: Bounds & { readonly toMillis: number },
): TimeRange | undefined {
  for (let back = length; ; back *= 2) {
    const whole = { fromMillis: Math.max(knownFrom, toMillis - back), toMillis };
    const isAll = whole.fromMillis === knownFrom;
    if (requestsIn(telemetry, whole) >= ENOUGH) {
      const part = withTraffic(telemetry, whole, 'start') ?? whole;
      return { fromMillis: Math.max(part.fromMillis, part.toMillis - length), toMillis: part.toMillis };
    }
    if (isAll || !(back > 0)) return undefined;
  }
}

interface Bounds {
  readonly length: number;
  readonly knownFrom: number;
}

interface MarkerBounds extends Bounds {
  readonly now: number;
  /** The next marker that ends the time after. */
  readonly next?: number;
  /** Of a marker that is a start: when the process before it began. */
  readonly begunMillis?: number | undefined;
}

export interface MarkerSides extends Sides {
  readonly notes: readonly string[];
  /** Both are the first minutes of their processes. */
  readonly areYoung?: true;
}

/**
 * As much of both sides of a marker as has traffic, at most `length` each, and about as much of one as of the other: what is far from it differs for
 * other reasons. The bucket of counts in which it lies belongs to neither.
 */
export function aroundMarker(
  telemetry: Counts,
  marker: Pick<Marker, 'atMillis' | 'before'>,
  { length, knownFrom, now, next = Infinity, begunMillis }: MarkerBounds,
): MarkerSides {
  const { atMillis: at } = marker;
  const end = Math.min(now + 1, next);
  const { stepMillis } = telemetry.coverage({ fromMillis: at, toMillis: end });
  const seen = endBySetClock(marker);
  const isAhead = seen !== undefined && seen >= now;
  const down = (millis: number): number => Math.floor(millis / stepMillis) * stepMillis;
  const up = (millis: number): number => Math.ceil(millis / stepMillis) * stepMillis;
  const whole = reachOn(telemetry, Math.min(up(isAhead ? at : (seen ?? at)), end), { length, end });
  const toMillis = isAhead ? up(seen) : down(at);
  if (seen === undefined && begunMillis !== undefined && begunMillis >= knownFrom) {
    const busy = withTraffic(telemetry, whole, 'end') ?? whole;
    const young = { fromMillis: at, toMillis: endOf(telemetry, busy, { end, isNow: end > now }) };
    const both = firstMinutes(telemetry, young, { fromMillis: begunMillis, toMillis: seenOf(marker) });
    if (both !== undefined) {
      const notes = [BOTH_YOUNG, ...afterNotes(telemetry, { whole, busy, after: both.after }, now)];
      return { ...both, notes, areYoung: true };
    }
  }
  const old = { toMillis, length: Math.min(length, Math.max(0, toMillis - knownFrom)) };
  const reach = fineReach(telemetry, { ...old, stepMillis }) ??
    reachBack(telemetry, { ...old, length, knownFrom }) ?? {
      fromMillis: old.toMillis - old.length,
      toMillis: old.toMillis,
    };
  const [a, b] = [withTraffic(telemetry, whole, 'end'), withTraffic(telemetry, reach, 'start')];
  const { before, after: part } = evened(telemetry, { before: b ?? reach, after: a ?? whole });
  const after = { ...part, toMillis: endOf(telemetry, part, { end, isNow: end > now }) };
  return {
    before: { ...before, fromMillis: startOf(telemetry, before, knownFrom) },
    after,
    notes: [
      ...(stepMillis >= HOUR_MILLIS
        ? [`Counts of that time are by the ${lengthWords(stepMillis)}, and that of the change is left out.`]
        : []),
      ...(seen === undefined
        ? []
        : [
            isAhead
              ? `The clock had been set back from ${momentText(seen, now)}.`
              : `The clock had been set back: the times that both processes counted, until ${momentText(seen, now)}, are left out.`,
          ]),
      ...afterNotes(telemetry, { whole, busy: a ?? whole, after }, now),
    ],
  };
}

/**
 * The first minutes of a process that has just begun, and of the one before: both are slower at first. Undefined if that one ran for less than half as
 * long, its counts are coarse by now, or one of them had less than half of the other's traffic.
 */
function firstMinutes(telemetry: Counts, young: TimeRange, old: TimeRange): Sides | undefined {
  const length = Math.min(lengthOf(young), lengthOf(old));
  if (lengthOf(young) > YOUNG_MILLIS || length < lengthOf(young) / 2) return undefined;
  const { stepMillis } = telemetry.coverage({ ...old, toMillis: old.fromMillis + length });
  if (stepMillis * YOUNG_BUCKETS > length) return undefined;
  // At an edge of a bucket; without the very first minute, in which the age of both tells most.
  const beginOf = ({ fromMillis }: TimeRange): number => Math.ceil(fromMillis / stepMillis + 1) * stepMillis;
  const compared = Math.floor((length - 2 * stepMillis) / stepMillis) * stepMillis;
  const [before, after] = [
    { fromMillis: beginOf(old), toMillis: beginOf(old) + compared },
    { fromMillis: beginOf(young), toMillis: beginOf(young) + compared },
  ];
  if (compared < MIN_YOUNG_MILLIS) return undefined;
  const [few = 0, many = 0] = [before, after]
    .map((side) => requestsIn(telemetry, side))
    .toSorted((a, b) => a - b);
  if (few < ENOUGH || many > 2 * few) return undefined;
  return { before, after };
}

const BOTH_YOUNG =
  'A process is slower at first, until its caches are filled and its code is compiled: the first minutes of both processes are compared.';

/** When the process before a marker was last seen. */
function seenOf({ atMillis, before }: Pick<Marker, 'atMillis' | 'before'>): number {
  return Math.min(atMillis, before?.seenMillis ?? atMillis);
}

/** What is not compared of the time after. */
function afterNotes(
  telemetry: Counts,
  { whole, busy, after }: { readonly whole: TimeRange; readonly busy: TimeRange; readonly after: TimeRange },
  now: number,
): readonly string[] {
  if (busy.toMillis - after.toMillis > MINUTE_MILLIS)
    return [
      `Of the time after, the first ${lengthWords(lengthOf(after))} are compared: about as much as has traffic before.`,
    ];
  if (busy.toMillis >= whole.toMillis) return [];
  const upToNow = { fromMillis: busy.toMillis, toMillis: now + 1 };
  return silenceNotes(telemetry, busy, requestsIn(telemetry, upToNow) < ENOUGH ? upToNow : whole, now);
}

/** What of a range is left out at its end. */
export function silenceNotes(
  telemetry: Pick<TelemetryQuery, 'heatMap'>,
  part: TimeRange,
  asked: TimeRange,
  now: number,
): readonly string[] {
  const rest = { fromMillis: part.toMillis, toMillis: asked.toMillis };
  if (lengthOf(rest) < lengthOf(asked) * (1 - MOSTLY)) return [];
  const late = requestsIn(telemetry, rest);
  const came = late === 0 ? 'no requests' : late === 1 ? 'one request only' : `${late} requests only`;
  return [
    `From ${momentText(part.toMillis, now)} on came ${came}: the ${lengthWords(lengthOf(rest))} since then are left out.`,
  ];
}

/** When the process before a start ended by its own clock, if that was set back meanwhile: both counted the time from the start to then. */
function endBySetClock({ atMillis, before }: Pick<Marker, 'atMillis' | 'before'>): number | undefined {
  const { ended, seenMillis = -Infinity } = before ?? {};
  return ended === 'running' || seenMillis <= atMillis ? undefined : seenMillis;
}

/** The time up to the end of `length`, or as much of it as is counted as finely as what follows, or finely for its length, if that has traffic: else undefined. */
function fineReach(
  telemetry: Counts,
  {
    toMillis,
    length,
    stepMillis,
  }: { readonly toMillis: number; readonly length: number; readonly stepMillis: number },
): TimeRange | undefined {
  for (let reach = length; reach >= MIN_REACH_MILLIS; reach /= 2) {
    const range = { fromMillis: toMillis - reach, toMillis };
    const isFine = telemetry.coverage(range).stepMillis <= Math.max(stepMillis, reach / FINE_BUCKETS);
    if (isFine && requestsIn(telemetry, range) >= ENOUGH) return range;
  }
  return undefined;
}

/** From a moment on, at least `length` if there is more, and longer until it has traffic. */
function reachOn(
  telemetry: Counts,
  fromMillis: number,
  { length, end }: { readonly length: number; readonly end: number },
): TimeRange {
  for (let on = Math.max(1, length); ; on *= 2) {
    const range = { fromMillis, toMillis: Math.min(fromMillis + on, end) };
    if (range.toMillis >= end || requestsIn(telemetry, range) >= ENOUGH) return range;
  }
}

/** Both as long as the shorter one; or longer, while one has less than half of the other's traffic. */
function evened(telemetry: Counts, { before, after }: Sides): Sides {
  const length = Math.min(lengthOf(before), lengthOf(after));
  const [old, young] = [lastOf(before, length), firstOf(after, length)];
  const wanted = { old: requestsIn(telemetry, young) / 2, young: requestsIn(telemetry, old) / 2 };
  const grown = (whole: TimeRange, least: number, cut: typeof firstOf): TimeRange => {
    for (let each = length; each > 0 && each < lengthOf(whole); each *= 2)
      if (requestsIn(telemetry, cut(whole, each)) >= least) return cut(whole, each);
    return whole;
  };
  return { before: grown(before, wanted.old, lastOf), after: grown(after, wanted.young, firstOf) };
}

const firstOf = ({ fromMillis, toMillis }: TimeRange, length: number): TimeRange => ({
  fromMillis,
  toMillis: Math.min(toMillis, fromMillis + length),
});

const lastOf = ({ fromMillis, toMillis }: TimeRange, length: number): TimeRange => ({
  fromMillis: Math.max(fromMillis, toMillis - length),
  toMillis,
});

/** Of the last bucket of a part; of the one before, if that one has what follows `end`, as it may unless that is now. */
function endOf(
  telemetry: Counts,
  part: TimeRange,
  { end, isNow }: { readonly end: number; readonly isNow: boolean },
): number {
  const { toMillis } = telemetry.coverage(part);
  if (toMillis <= end) return toMillis;
  return isNow ? end : telemetry.coverage({ fromMillis: end - 1, toMillis: end }).fromMillis;
}

/** Of the bucket in which it starts, or of counting. */
function startOf(telemetry: Counts, range: TimeRange, knownFrom: number): number {
  const { fromMillis } = telemetry.coverage(range);
  return Math.max(fromMillis, Math.min(knownFrom, range.toMillis));
}
