import type { Coverage, TimeRange } from '../../../otel/query.ts';
import { momentText, spanText } from '../format/moment.ts';

export interface Preset {
  /** As it stands in the address: `-1h`. */
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
/** Longer ranges than anything that is remembered are cut. */
const MAX_MILLIS = 366 * DAY;

/** The one time range of the observatory, as the address says it: moved outwards to the buckets that counts are kept in. */
export interface ChosenRange extends TimeRange {
  /** How it is counted; undefined where nothing is. */
  readonly coverage: Coverage | undefined;
  /** The part of it that anything can be known of: what a chart asks for, so that a young process is seen in fine buckets. */
  readonly known: TimeRange;
  /** What a chart spans: `known`, with room for the mark of the start where it begins there. */
  readonly drawn: TimeRange;
  /** What every link carries on; empty where the address named no range, so that it stays the one that fits. */
  readonly query: Readonly<Record<string, string>>;
  /** Ends now and moves with it; a fixed range has nothing to update. */
  readonly moving: boolean;
  /** `in the last hour`, `between 13:00:00 and 14:00:00`. */
  readonly words: string;
  readonly preset: Preset | undefined;
  /** What was wrong with the address; the default stands in. */
  readonly problem: string | undefined;
}

function relative(text: string): { readonly millis: number; readonly words: string } | undefined {
  const match = /^-(\d{1,6})([smhd])$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  const count = Number(match?.[1]);
  if (unit === undefined || !(count > 0)) return undefined;
  return {
    millis: Math.min(count * unit[0], MAX_MILLIS),
    words: count === 1 ? unit[1] : `${count} ${unit[1]}s`,
  };
}

/** An instant as ISO text (local without a zone) or epoch milliseconds; undefined when it is neither. */
function instant(text: string): number | undefined {
  const millis = /^\d{11,16}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d{2}-\d{2}/.test(text)
      ? Date.parse(text)
      : NaN;
  return Number.isFinite(millis) ? millis : undefined;
}

function moving(millis: number, words: string, now: number): ChosenRange {
  const preset = PRESETS.find((each) => each.millis === millis);
  const from = preset?.from ?? `-${Math.round(millis / 1000)}s`;
  // The millisecond of now is part of now.
  const range = { fromMillis: now - millis, toMillis: now + 1 };
  return {
    ...range,
    coverage: undefined,
    known: range,
    drawn: range,
    query: { from },
    moving: true,
    words: `in the last ${preset?.words ?? words}`,
    preset,
    problem: undefined,
  };
}

/** What is shown when nobody chose: the last hour, or less of it while there is no more than that to see. */
export function fittingPreset(ageMillis: number): Preset {
  return ageMillis < FIVE_MINUTES.millis ? FIVE_MINUTES : ageMillis < QUARTER.millis ? QUARTER : DEFAULT;
}

/** Reads `?from=-1h` or `?from=…&to=…`; what is missing or cannot be read is replaced by `fallback`, and the latter said. Never throws. */
export function chooseRange(
  query: Readonly<Record<string, string | undefined>>,
  now: number,
  fallback: Preset = DEFAULT,
): ChosenRange {
  const from = query['from']?.trim() ?? '';
  const to = query['to']?.trim() ?? '';
  const unasked: ChosenRange = { ...moving(fallback.millis, fallback.words, now), query: {} };
  if (from === '' && to === '') return unasked;
  const past = relative(from);
  if (past !== undefined && (to === '' || to === 'now')) return moving(past.millis, past.words, now);
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

/** From one instant to another, or to now. */
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
    words: `between ${momentText(fromMillis, now)} and ${isMoving ? 'now' : momentText(toMillis, now)}`,
    preset: undefined,
    problem: undefined,
  };
}

/** The range as it is counted; words and address say that. One that ends now ends now. */
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
  // Where its first bucket began before anything was there to count, that is no time to tell.
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

/** The range of all that this process did. */
export function sinceStart(startedAtMillis: number, now: number): ChosenRange {
  const range = between({ fromMillis: startedAtMillis, toMillis: now + 1 }, true, now);
  return { ...range, words: sinceStartWords(startedAtMillis, now) };
}

export function sinceStartWords(startedAtMillis: number, now: number): string {
  const age = now - startedAtMillis;
  return age < 1000 ? 'since the start just now' : `since the start ${spanText(age)} ago`;
}

/** What a page says of how its range is counted, beside the range itself; empty where every number is exact and as fine as can be. */
export function coverageNotes({ coverage }: ChosenRange, now: number): readonly string[] {
  if (coverage === undefined) return [];
  const { coarser, missing } = coverage;
  const spans = missing.map(({ fromMillis, toMillis, reason }) => {
    const when = `between ${momentText(fromMillis, now)} and ${momentText(Math.min(toMillis, now), now)}`;
    return `Numbers are “at least”: counts ${when} ${WHY_MISSING[reason]}.`;
  });
  const notes =
    spans.length > MAX_NOTES
      ? [...spans.slice(0, MAX_NOTES), `So are those of ${spans.length - MAX_NOTES} more times in it.`]
      : spans;
  if (coarser === undefined) return notes;
  return [
    ...notes,
    `Before ${momentText(coarser.beforeMillis, now)} this is counted by the ${coarser.word}: there was no room for finer counts.`,
  ];
}

const MAX_NOTES = 3;
/** A preset may be counted from so much earlier, as a share of it, before its words say so. */
const MAX_UNSAID = 0.01;
const WHY_MISSING: Readonly<Record<Coverage['missing'][number]['reason'], string>> = {
  bound: 'are no longer held: they are beyond the days of history, or the bounds of memory and file',
  killed: 'may be missing: a process was killed then before it wrote all of them down',
  disk: 'are missing in part: the disk did not take them',
};

/** Charts of the first moments span at least so much. */
const MIN_DRAWN_MILLIS = 5000;
/** What is drawn before the first count, as a share of what follows. */
const LEAD = 0.02;

/** The range, of which nothing before `countedFromMillis` can be known. */
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

/** Length in seconds, ending no later than now: what a rate is divided by. */
export function elapsedSeconds(range: TimeRange, now: number, startedAtMillis: number): number {
  return Math.max(
    1,
    (Math.min(range.toMillis, now) - Math.max(range.fromMillis, Math.min(startedAtMillis, now))) / 1000,
  );
}
