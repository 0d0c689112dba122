import type { Coverage, TimeRange } from '../../../otel/query.ts';
import { fromLocalInput } from '../../markup/zoned-time.ts';
import { momentText, spanText } from '../format/moment.ts';
import { shownZone } from '../format/zone.ts';

export interface Preset {
  /** Its form in the address: `-1h`. */
  readonly from: string;
  readonly label: string;
  /** Completes "in the last …". */
  readonly words: string;
  readonly millis: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const PRESETS: readonly Preset[] = [
  { from: '-5m', label: '5 m', words: '5 minutes', millis: 5 * MINUTE },
  { from: '-15m', label: '15 m', words: '15 minutes', millis: 15 * MINUTE },
  { from: '-1h', label: '1 h', words: 'hour', millis: HOUR },
  { from: '-6h', label: '6 h', words: '6 hours', millis: 6 * HOUR },
  { from: '-24h', label: '24 h', words: '24 hours', millis: DAY },
  { from: '-7d', label: '7 d', words: '7 days', millis: 7 * DAY },
  { from: '-30d', label: '30 d', words: '30 days', millis: 30 * DAY },
];
const [FIVE_MINUTES, QUARTER, DEFAULT] = PRESETS as readonly [Preset, Preset, Preset];
const UNITS: Readonly<Record<string, readonly [number, string]>> = {
  s: [1000, 'second'],
  m: [MINUTE, 'minute'],
  h: [HOUR, 'hour'],
  d: [DAY, 'day'],
};
/** Longer ranges are cut to this, as nothing is stored longer. */
const MAX_MILLIS = 366 * DAY;
/** Times of five-digit years are not written in addresses, and calendars end. */
const END_MILLIS = Date.UTC(10_000, 0);

/** The time range of a page, from the address, extended to the bounds of the buckets of counts. */
export interface ChosenRange extends TimeRange {
  /** How it is counted; undefined if nothing is. */
  readonly coverage: Coverage | undefined;
  /** The part for which counts can exist. Charts query it, so that a young process is shown in fine buckets. */
  readonly known: TimeRange;
  /** The range of charts: `known`, with room for the start marker. */
  readonly drawn: TimeRange;
  /** The query that links keep; empty if the address has no range, so that the default applies on each page. */
  readonly query: Readonly<Record<string, string>>;
  /** True if it ends now and moves; a fixed range has no live updates. */
  readonly moving: boolean;
  /** `in the last hour`, `between 13:00:00 and 14:00:00`. */
  readonly words: string;
  readonly preset: Preset | undefined;
  /** The problem with the address; the default range is used then. */
  readonly problem: string | undefined;
}

/** `-2h` in milliseconds. */
function relative(text: string): number | undefined {
  const match = /^-(\d{1,6})([smhd])$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  const count = Number(match?.[1]);
  if (unit === undefined || !(count > 0)) return undefined;
  return Math.min(count * unit[0], MAX_MILLIS);
}

/** Parses ISO text (in the shown zone if it names none) or epoch milliseconds; undefined if it is neither. */
function instant(text: string): number | undefined {
  if (/^\d{11,16}$/.test(text)) return Number(text) < END_MILLIS ? Number(text) : undefined;
  const local = fromLocalInput(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text, shownZone());
  if (local !== undefined) return local;
  const millis = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  return Number.isFinite(millis) ? millis : undefined;
}

/** In the largest unit that has it whole: `-2h`, `2 hours`. */
function inUnits(millis: number): Pick<Preset, 'from' | 'words'> {
  const [sign, [size, unit]] = Object.entries(UNITS).findLast(([, [each]]) => millis % each === 0)!;
  const count = millis / size;
  return { from: `-${count}${sign}`, words: count === 1 ? unit : `${count} ${unit}s` };
}

function moving(millis: number, now: number): ChosenRange {
  const preset = PRESETS.find((each) => each.millis === millis);
  const { from, words } = preset ?? inUnits(millis);
  // The end is exclusive, and the current millisecond belongs to the range.
  const range = { fromMillis: now - millis, toMillis: now + 1 };
  return {
    ...range,
    coverage: undefined,
    known: range,
    drawn: range,
    query: { from },
    moving: true,
    words: `in the last ${words}`,
    preset,
    problem: undefined,
  };
}

/** The default range: the last hour, or less while there are no older counts. */
export function fittingPreset(ageMillis: number): Preset {
  return ageMillis < FIVE_MINUTES.millis ? FIVE_MINUTES : ageMillis < QUARTER.millis ? QUARTER : DEFAULT;
}

/** Parses `?from=-1h` or `?from=…&to=…`. Missing or invalid ranges become `fallback`; for invalid ones `problem` is set. Never throws. */
export function chooseRange(
  query: Readonly<Record<string, string | undefined>>,
  now: number,
  fallback: Preset = DEFAULT,
): ChosenRange {
  const from = query['from']?.trim() ?? '';
  const to = query['to']?.trim() ?? '';
  const unasked: ChosenRange = { ...moving(fallback.millis, now), query: {} };
  if (from === '' && to === '') return unasked;
  const past = relative(from);
  if (past !== undefined && (to === '' || to === 'now')) return moving(past, now);
  const fromMillis = instant(from);
  const toMillis = to === '' || to === 'now' ? now + 1 : instant(to);
  const wrong = (why: string): ChosenRange => ({ ...unasked, problem: why });
  if (fromMillis === undefined)
    return wrong(`“${from}” is not a time. Write from=-1h, or an instant such as 2026-11-23T13:00.`);
  if (toMillis === undefined)
    return wrong(`“${to}” is not a time. Write an instant such as 2026-11-23T14:00.`);
  if (toMillis <= fromMillis) return wrong('The range ends before it begins.');
  return between(
    { fromMillis: Math.max(fromMillis, toMillis - MAX_MILLIS), toMillis },
    to === '' || to === 'now',
    now,
  );
}

/** `between 13:00:00 and 14:00:00`, or `and now`. */
export function betweenWords({ fromMillis, toMillis }: TimeRange, now: number): string {
  return `between ${momentText(fromMillis, now)} and ${toMillis > now ? 'now' : momentText(toMillis, now)}`;
}

/** A range between two instants, or from one to now. */
function between(range: TimeRange, isMoving: boolean, now: number): ChosenRange {
  const { fromMillis, toMillis } = range;
  const iso = (millis: number): string => new Date(millis).toISOString();
  return {
    ...range,
    coverage: undefined,
    known: range,
    drawn: range,
    query: { from: iso(fromMillis), ...(isMoving ? {} : { to: iso(toMillis) }) },
    moving: isMoving,
    words: betweenWords({ fromMillis, toMillis: isMoving ? Infinity : toMillis }, now),
    preset: undefined,
    problem: undefined,
  };
}

/** Extends the range to its buckets, with matching words and address. A moving range still ends now. */
export function asCounted(range: ChosenRange, coverage: Coverage, now: number): ChosenRange {
  const { moving: isMoving, preset, query } = range;
  const counted = {
    fromMillis: coverage.fromMillis,
    toMillis: isMoving ? range.toMillis : coverage.toMillis,
  };
  const isRelative = preset !== undefined || query['from']?.startsWith('-') === true;
  const said = isRelative
    ? { ...range, ...counted, known: counted, drawn: counted }
    : between(counted, isMoving, now);
  // The first bucket may begin before counting did; do not mention that time.
  const countedFrom = Math.max(counted.fromMillis, coverage.countedFromMillis);
  const isLonger =
    isRelative && range.fromMillis - countedFrom > (range.toMillis - range.fromMillis) * MAX_UNSAID;
  const words = [
    said.words,
    isLonger && `counted from ${momentText(countedFrom, now)}`,
    coverage.missing.length > 0 && 'as far as is known',
  ];
  return {
    ...said,
    words: words.filter((part) => part !== false).join(', '),
    coverage,
    problem: range.problem,
  };
}

/** The range since this process started. */
export function sinceStart(startedAtMillis: number, now: number): ChosenRange {
  const range = between({ fromMillis: startedAtMillis, toMillis: now + 1 }, true, now);
  return { ...range, words: sinceStartWords(startedAtMillis, now) };
}

export function sinceStartWords(startedAtMillis: number, now: number): string {
  const age = now - startedAtMillis;
  return age < 1000 ? 'since the start just now' : `since the start ${spanText(age)} ago`;
}

/** A note on how a range is counted. */
export interface CoverageNote {
  readonly text: string;
  /** The page that explains it, and by which words a note leads there; undefined if there is no more to say. */
  readonly more: { readonly path: string; readonly words: string } | undefined;
}

/** Empty if every number is exact and at full resolution. */
export function coverageNotes({ coverage }: ChosenRange, now: number): readonly CoverageNote[] {
  if (coverage === undefined) return [];
  const { coarser, missing } = coverage;
  const notes = [...Map.groupBy(missing, ({ reason }) => reason)].map(([reason, gaps]) => {
    const whens = gaps
      .slice(0, MAX_NOTES)
      .map(
        ({ fromMillis, toMillis }) =>
          `between ${momentText(fromMillis, now)} and ${momentText(Math.min(wholeSecond(toMillis), now), now)}`,
      );
    const left = gaps.length - MAX_NOTES;
    const more = left > 0 ? [`in ${left} more ${left === 1 ? 'interval' : 'intervals'}`] : [];
    const text = `Lower bounds: counts ${LIST.format([...whens, ...more])} ${WHY_MISSING[reason]}.`;
    return { text, more: MORE_OF_MISSING[reason] };
  });
  if (coarser === undefined) return notes;
  return [
    ...notes,
    {
      text: `Before ${momentText(coarser.beforeMillis, now)} counts are per ${coarser.word}: there was no room for finer ones.`,
      more: MORE_OF_MISSING.bound,
    },
  ];
}

/** A bound is not shown as less than it is. */
const wholeSecond = (millis: number): number => Math.ceil(millis / 1000) * 1000;

const MAX_NOTES = 3;
const LIST = new Intl.ListFormat('en');
/** A preset's words mention an earlier start only beyond this share of its length. */
const MAX_UNSAID = 0.01;
const WHY_MISSING: Readonly<Record<Coverage['missing'][number]['reason'], string>> = {
  bound: 'are no longer held: they exceed the days of history or the limits of memory and file',
  killed: 'may be missing, as a process ended before it saved them',
  disk: 'are partly missing: writing them to disk failed',
};

const MORE_OF_MISSING: Readonly<Record<keyof typeof WHY_MISSING, CoverageNote['more']>> = {
  bound: { path: '/buffer', words: 'What is held' },
  killed: { path: '/sampling', words: 'How many at most' },
  disk: { path: '/buffer', words: 'What failed' },
};

/** Minimum range of a chart. */
const MIN_DRAWN_MILLIS = 5000;
/** Room before the first count, as a share of the rest. */
const LEAD = 0.02;

/** Cuts the range to the time from `countedFromMillis` on. */
export function knownSince(range: ChosenRange, countedFromMillis: number): ChosenRange {
  const { fromMillis, toMillis } = range;
  if (countedFromMillis <= fromMillis || countedFromMillis >= toMillis) return range;
  const drawn = Math.max(MIN_DRAWN_MILLIS, (toMillis - countedFromMillis) * (1 + LEAD));
  return {
    ...range,
    known: { fromMillis: countedFromMillis, toMillis },
    drawn: { fromMillis: Math.max(fromMillis, toMillis - drawn), toMillis },
  };
}

/** Length in seconds up to now, the divisor of rates. */
export function elapsedSeconds(range: TimeRange, now: number, startedAtMillis: number): number {
  return Math.max(
    1,
    (Math.min(range.toMillis, now) - Math.max(range.fromMillis, Math.min(startedAtMillis, now))) / 1000,
  );
}
