import type { Marker, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { lengthWords } from '../../markup/span-text.ts';
import { momentText } from '../format/moment.ts';
import {
  aroundMarker,
  DAY_MILLIS,
  isWorthComparing,
  type MarkerSides,
  reachBack,
  silenceNotes,
  type Sides,
} from './compared-sides.ts';
import type { ChosenRange } from './time-range.ts';
import { lengthOf, requestsIn, withTraffic } from './traffic.ts';

export type ComparedTelemetry = Pick<
  TelemetryQuery,
  'markers' | 'countedFromMillis' | 'coverage' | 'heatMap' | 'series'
>;

/** Less than this share of the time before is said. */
const MOSTLY = 0.9;
/** Until its caches are filled and its code is compiled, a process may be so many times as slow; then it takes a part of what is compared for as long again. */
const COLD_MILLIS = 15 * 60_000;
const COLD_FACTOR = 5;
const WARM_MILLIS = 60 * 60_000;
/** Markers tried, newest first. */
const MAX_TRIED = 8;

/** Two stretches of time, and why these. */
export interface ComparedRanges extends Sides {
  /** Completes "Compared with …": `the hour before`, `the 12 minutes before start at 13:00:05`. */
  readonly words: string;
  /** Sentences on what was chosen, and what was left out. */
  readonly notes: readonly string[];
  /** The marker that separates them, if one does. */
  readonly marker: Marker | undefined;
  /** Both are the first minutes of their processes. */
  readonly areYoung?: boolean;
  /** If what is after has the first minutes of a process, and what is before has not: by up to which factor its durations may be longer for that. */
  readonly coldFactor?: number | undefined;
}

/** What was asked for: both sides of a moment, or with `isBefore` the time before whatever happened. */
export interface AskedComparison {
  readonly at?: number | undefined;
  readonly isBefore?: boolean;
}

/** As much as the counts allow. */
interface Reach {
  readonly range: ChosenRange;
  readonly fromMillis: number;
  readonly toMillis: number;
  /** Of the range. */
  readonly length: number;
  readonly knownFrom: number;
  readonly now: number;
}

/**
 * Both sides of a marker; or of a start of another version that lies in the range or the one before it; or these two. If one of them had too little
 * traffic, the newest marker with traffic on both sides, or the nearest times that had some.
 */
export function comparedRanges(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  { at, isBefore = false }: AskedComparison,
  now: number,
): ComparedRanges {
  const knownFrom = telemetry.countedFromMillis();
  // The end is exclusive, and the current millisecond belongs to the range: the menu asks for the same counts.
  const toMillis = Math.min(range.toMillis, now + 1);
  const fromMillis = Math.min(Math.max(range.fromMillis, knownFrom), toMillis);
  const length = toMillis - Math.min(range.fromMillis, toMillis);
  const reach: Reach = { range, fromMillis, toMillis, length, knownFrom, now };
  if (at !== undefined && at < now) return around(telemetry, reach, at);
  // Both versions together would be compared with one of them.
  const deployed = isBefore
    ? undefined
    : worth(
        telemetry,
        reach,
        ({ atMillis, versions }) => versions !== undefined && atMillis >= toMillis - 2 * length,
      );
  if (deployed !== undefined) return deployed;
  const before = withTimeBefore(telemetry, reach);
  if (isWorthComparing(telemetry, before) || fromMillis >= toMillis) return before;
  const marked = isBefore ? undefined : worth(telemetry, reach, () => true);
  const instead = marked ?? nearestTraffic(telemetry, reach, before);
  if (instead === undefined) return before;
  return { ...instead, notes: [whyNot(telemetry, reach, before), ...instead.notes] };
}

/** Both sides of the newest of these markers that have enough traffic. */
function worth(
  telemetry: ComparedTelemetry,
  reach: Reach,
  isWanted: (marker: Marker) => boolean,
): ComparedRanges | undefined {
  const { range, toMillis, length } = reach;
  const fromMillis = Math.min(range.fromMillis - length, range.moving ? toMillis - DAY_MILLIS : Infinity);
  return telemetry
    .markers({ fromMillis, toMillis })
    .filter(isWanted)
    .slice(-MAX_TRIED)
    .toReversed()
    .map(
      ({ atMillis }) =>
        () =>
          around(telemetry, reach, atMillis),
    )
    .values()
    .map((compare) => compare())
    .find((each) => isWorthComparing(telemetry, each));
}

/** Both sides of a moment, as far as they have traffic, up to the length of the range. */
function around(telemetry: ComparedTelemetry, reach: Reach, at: number): ComparedRanges {
  const { now, length, knownFrom } = reach;
  const markers = telemetry
    .markers({ fromMillis: at - 1, toMillis: at + 1 })
    .filter(({ atMillis }) => Math.round(atMillis) === Math.round(at));
  // A step of the clock while no process ran is marked at the start that noticed it.
  const marker = markers.find(({ kind }) => kind === 'start') ?? markers[0];
  const asked = marker ?? { atMillis: at };
  const bounds = { length, knownFrom, now, begunMillis: marker && begunBefore(telemetry, marker) };
  const sides = withinVersions(telemetry, asked, bounds) ?? aroundMarker(telemetry, asked, bounds);
  const { before, after, notes, areYoung = false } = sides;
  const coldFactor = areYoung || marker?.kind !== 'start' ? undefined : coldFactorAt(after.toMillis - at);
  const what = marker === undefined ? '' : `${happening(marker)} at `;
  const isApart = Math.abs(at - before.toMillis) > lengthOf(before) * (1 - MOSTLY);
  const until = isApart ? `until ${momentText(before.toMillis, now)}, ` : '';
  return {
    before,
    after,
    words: areYoung
      ? `the first ${lengthWords(lengthOf(before))} of the process before ${what}${momentText(at, now)}`
      : `the ${lengthWords(lengthOf(before))} ${until}before ${what}${momentText(at, now)}`,
    notes: coldFactor === undefined ? notes : [...notes, coldNote(coldFactor)],
    marker,
    areYoung,
    coldFactor,
  };
}

/** Of the time since a start; the longer it is, the less of it are the first minutes. */
function coldFactorAt(ageMillis: number): number | undefined {
  if (ageMillis < COLD_MILLIS) return COLD_FACTOR;
  return ageMillis < WARM_MILLIS ? 1 + COLD_MILLIS / ageMillis : undefined;
}

const coldNote = (factor: number): string =>
  `The process ${factor === COLD_FACTOR ? 'has just begun' : 'began then'}: until its caches are filled and its code is compiled it is slower, and the intervals of durations allow for ×${factor.toFixed(1)}.`;

/** Of a start: when the process before it began. */
function begunBefore(telemetry: ComparedTelemetry, { kind, atMillis: at }: Marker): number | undefined {
  if (kind !== 'start') return undefined;
  return telemetry
    .markers({ fromMillis: at - DAY_MILLIS, toMillis: at })
    .findLast((each) => each.kind === 'start' && each.atMillis < at)?.atMillis;
}

/** Both sides without the time of versions before the last one and after the next one; undefined if there are none, or too little is left. */
function withinVersions(
  telemetry: ComparedTelemetry,
  marker: Pick<Marker, 'atMillis' | 'before'>,
  bounds: Pick<Reach, 'length' | 'knownFrom' | 'now'> & { readonly begunMillis: number | undefined },
): MarkerSides | undefined {
  const { length, knownFrom, now } = bounds;
  const { atMillis: at, before: { seenMillis = at } = {} } = marker;
  // With a clock that was set back, times of both processes are one.
  if (seenMillis > at) return undefined;
  const starts = telemetry
    .markers({ fromMillis: Math.max(knownFrom, at - length), toMillis: now })
    .filter(({ versions }) => versions !== undefined)
    .map(({ atMillis }) => atMillis);
  const last = Math.max(...starts.filter((start) => start < at));
  const next = Math.min(...starts.filter((start) => start > at));
  if (last === -Infinity && next === Infinity) return undefined;
  const { stepMillis } = telemetry.coverage({ fromMillis: Math.max(last, knownFrom), toMillis: now + 1 });
  const sides = aroundMarker(telemetry, marker, {
    ...bounds,
    knownFrom: Math.max(knownFrom, Math.ceil(last / stepMillis) * stepMillis),
    next,
  });
  return isWorthComparing(telemetry, sides) ? sides : undefined;
}

/** Completes "before …": the label of a marker, or of a start the versions. */
export function happening({ label, versions }: Marker): string {
  return versions === undefined ? label : `version ${versions.after} replaced ${versions.before}`;
}

function withTimeBefore(telemetry: ComparedTelemetry, reach: Reach): ComparedRanges {
  const { range, fromMillis, toMillis, length, knownFrom, now } = reach;
  if (knownFrom >= range.fromMillis) return halves(telemetry, reach);
  const whole = counted(telemetry, { fromMillis: fromMillis - length, toMillis: fromMillis }, knownFrom);
  const all = { fromMillis, toMillis };
  const before = withTraffic(telemetry, whole, 'start') ?? whole;
  const after = withTraffic(telemetry, all, 'end') ?? all;
  const title = `the ${range.preset?.words ?? lengthWords(length)} before`;
  const part = lengthWords(lengthOf(before));
  const words =
    lengthOf(before) < lengthOf(whole)
      ? `the ${part} of ${title} that had traffic`
      : lengthOf(whole) < length * MOSTLY
        ? `what is known of ${title}, ${part}`
        : title;
  return { before, after, words, notes: silenceNotes(telemetry, after, all, now), marker: undefined };
}

/** The first half of what is counted and the second, as there is nothing before. */
function halves(telemetry: ComparedTelemetry, { fromMillis, toMillis, now }: Reach): ComparedRanges {
  const all = { fromMillis, toMillis };
  const busy = withTraffic(telemetry, all, 'end') ?? all;
  const { stepMillis } = telemetry.coverage(busy);
  const middle = Math.max(
    busy.fromMillis,
    Math.floor((busy.fromMillis + busy.toMillis) / 2 / stepMillis) * stepMillis,
  );
  return {
    before: { fromMillis: busy.fromMillis, toMillis: middle },
    after: { fromMillis: middle, toMillis: busy.toMillis },
    words: `the first half of what was counted (${lengthWords(middle - busy.fromMillis)})`,
    notes: silenceNotes(telemetry, busy, all, now),
    marker: undefined,
  };
}

/** The range, or the latest time before it, with the nearest earlier time; each with traffic. Undefined if there are none. */
function nearestTraffic(
  telemetry: ComparedTelemetry,
  { fromMillis, toMillis, length, knownFrom, now }: Reach,
  { after: asked }: ComparedRanges,
): ComparedRanges | undefined {
  const newer = { length, knownFrom, toMillis };
  const after = requestsIn(telemetry, asked) > 0 ? { fromMillis, toMillis } : reachBack(telemetry, newer);
  const before = after && reachBack(telemetry, { length, knownFrom, toMillis: after.fromMillis });
  if (after === undefined || before === undefined) return undefined;
  const sides = { before, after: withTraffic(telemetry, after, 'end') ?? after };
  if (!isWorthComparing(telemetry, sides)) return undefined;
  const until = (millis: number): string => momentText(millis, now);
  return {
    ...sides,
    words: `the ${lengthWords(lengthOf(before))} until ${until(before.toMillis)}`,
    notes:
      after.toMillis < toMillis
        ? [`These are compared with the ${lengthWords(lengthOf(after))} until ${until(after.toMillis)}.`]
        : [],
    marker: undefined,
  };
}

/** Says of which side too little is known. */
function whyNot(
  telemetry: ComparedTelemetry,
  { range }: Reach,
  { before, after, words }: ComparedRanges,
): string {
  const [young, old] = [requestsIn(telemetry, after), requestsIn(telemetry, before)];
  if (young === 0) return `No requests ${range.words}.`;
  return old < young
    ? `Too few requests in ${words} to compare with.`
    : `Too few requests ${range.words} to compare.`;
}

/** In whole buckets, from the time on since which operations are counted. */
function counted(telemetry: ComparedTelemetry, range: TimeRange, knownFromMillis: number): TimeRange {
  const { fromMillis } = telemetry.coverage(range);
  return {
    fromMillis: Math.max(fromMillis, Math.min(knownFromMillis, range.toMillis)),
    toMillis: range.toMillis,
  };
}

/** False if counting began later, or the range is empty. */
export function isComparable({ before, after }: Sides): boolean {
  return before.toMillis > before.fromMillis && after.toMillis > after.fromMillis;
}
