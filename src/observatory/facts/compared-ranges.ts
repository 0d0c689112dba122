import type {
  HeatMap,
  Marker,
  OperationType,
  SeriesSummary,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { lengthWords } from '../../markup/span-text.ts';
import { momentText } from '../format/moment.ts';
import { compareQuantile, compareRates, type ComparedQuantile } from './compared-durations.ts';
import { fisher, holm } from './significance.ts';
import { isStartUpWork } from './start-up-statements.ts';
import type { ChosenRange } from './time-range.ts';

/** Series compared per type: those with the most time. Each needs two queries. */
const MAX_SERIES = { http: 30, database: 30, render: 15, other: 5 } as const;
/** Blocks of time per side. */
const BLOCKS = 24;
/** With fewer operations on a side, no difference of its durations or outcomes is looked for. */
const ENOUGH = { p50: 20, p95: 60, failed: 20, rate: 20 } as const;
/** Share of pages without any true difference on which one is claimed: at most. */
const LEVEL = 0.05;
/** Less than this share of the time before is said. */
const MOSTLY = 0.9;
/** Two stretches of time of one length. */
export interface ComparedRanges {
  readonly before: TimeRange;
  readonly after: TimeRange;
  /** Completes "Compared with …": `the hour before`, `the 12 minutes before start at 13:00:05`. */
  readonly words: string;
  /** The marker that separates them, if one does. */
  readonly marker: Marker | undefined;
}

export interface ComparedSide {
  readonly count: number;
  readonly errors: number;
  readonly clientErrors: number;
  readonly perSecond: number;
  readonly totalMillis: number;
  readonly durationMillis: { readonly p50: number; readonly p95: number };
}

/** What differs by more than chance explains. */
export type Difference = 'failed' | 'p95' | 'p50' | 'rate' | 'client errors';

/** One operation on both sides. */
export interface ComparedSeries {
  readonly type: OperationType;
  readonly name: string;
  readonly summary?: string | undefined;
  readonly text?: string | undefined;
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** Undefined with too few operations on a side. */
  readonly p50: ComparedQuantile | undefined;
  readonly p95: ComparedQuantile | undefined;
  readonly differs: readonly Difference[];
}

/** The range and the one before it; or, with a marker's time, as much of both its sides as is known, up to the range's length. */
export function comparedRanges(
  telemetry: Pick<TelemetryQuery, 'markers' | 'countedFromMillis' | 'coverage'>,
  range: ChosenRange,
  at: number | undefined,
  now: number,
): ComparedRanges {
  const knownFrom = telemetry.countedFromMillis();
  // The end is exclusive, and the current millisecond belongs to the range: the menu asks for the same counts.
  const toMillis = Math.min(range.toMillis, now + 1);
  const fromMillis = Math.min(Math.max(range.fromMillis, knownFrom), toMillis);
  const length = toMillis - Math.min(range.fromMillis, toMillis);
  if (at === undefined || !(at < now)) {
    if (knownFrom >= range.fromMillis) return halves(telemetry, { fromMillis, toMillis });
    const before = counted(telemetry, { fromMillis: fromMillis - length, toMillis: fromMillis }, knownFrom);
    const whole = `the ${range.preset?.words ?? lengthWords(length)} before`;
    const known = before.toMillis - before.fromMillis;
    const words = known < length * MOSTLY ? `what is known of ${whole}, ${lengthWords(known)}` : whole;
    return { before, after: { fromMillis, toMillis }, words, marker: undefined };
  }
  const marker = telemetry
    .markers({ fromMillis: at - 1, toMillis: at + 1 })
    .find(({ atMillis }) => Math.round(atMillis) === Math.round(at));
  const side = Math.min(length, now - at, Math.max(1000, at - knownFrom));
  // The bucket in which it lies belongs to neither side.
  const { stepMillis } = telemetry.coverage({ fromMillis: at - side, toMillis: at });
  const what = marker === undefined ? '' : `${marker.label} at `;
  return {
    before: counted(
      telemetry,
      { fromMillis: at - side, toMillis: Math.floor(at / stepMillis) * stepMillis },
      knownFrom,
    ),
    after: { fromMillis: Math.ceil(at / stepMillis) * stepMillis, toMillis: at + side },
    words: `the ${lengthWords(side)} before ${what}${momentText(at, now)}`,
    marker,
  };
}

/** The first half of what is counted and the second, as there is nothing before. */
function halves(
  telemetry: Pick<TelemetryQuery, 'coverage'>,
  { fromMillis, toMillis }: TimeRange,
): ComparedRanges {
  const { stepMillis } = telemetry.coverage({ fromMillis, toMillis });
  const middle = Math.max(fromMillis, Math.floor((fromMillis + toMillis) / 2 / stepMillis) * stepMillis);
  return {
    before: { fromMillis, toMillis: middle },
    after: { fromMillis: middle, toMillis },
    words: `the first ${lengthWords(middle - fromMillis)} counted`,
    marker: undefined,
  };
}

/** In whole buckets, from the time on since which operations are counted. */
function counted(
  telemetry: Pick<TelemetryQuery, 'coverage'>,
  range: TimeRange,
  knownFromMillis: number,
): TimeRange {
  const { fromMillis } = telemetry.coverage(range);
  return {
    fromMillis: Math.max(fromMillis, Math.min(knownFromMillis, range.toMillis)),
    toMillis: range.toMillis,
  };
}

/** False if counting began later, or the range is empty. */
export function isComparable({ before, after }: ComparedRanges): boolean {
  return before.toMillis > before.fromMillis && after.toMillis > after.fromMillis;
}

/** Every operation on both sides, first those that differ by more than chance, by what they cost more or less. */
export function compareSeries(
  telemetry: Pick<TelemetryQuery, 'series' | 'heatMap'>,
  { before, after }: ComparedRanges,
  only?: { readonly type: OperationType; readonly name: string },
): readonly ComparedSeries[] {
  const types: readonly OperationType[] =
    only === undefined ? ['http', 'database', 'render', 'other'] : [only.type];
  const rows = types.flatMap((type) => {
    const [old, young] = [byName(telemetry, type, before), byName(telemetry, type, after)];
    const names = [...new Set([...young.keys(), ...old.keys()])]
      .filter((name) => only === undefined || name === only.name)
      .map((name) => ({
        name,
        millis: (old.get(name)?.totalMillis ?? 0) + (young.get(name)?.totalMillis ?? 0),
      }))
      .sort((a, b) => b.millis - a.millis)
      .slice(0, MAX_SERIES[type]);
    return names.map(({ name }) =>
      rowOf(telemetry, type, name, [old.get(name), young.get(name)], [before, after]),
    );
  });
  return judged(rows);
}

function byName(
  telemetry: Pick<TelemetryQuery, 'series'>,
  type: OperationType,
  range: TimeRange,
): ReadonlyMap<string, SeriesSummary> {
  const rows = telemetry.series(type, range).filter((row) => type !== 'database' || !isStartUpWork(row));
  return new Map(rows.map((row) => [row.name, row]));
}

type Chances = Readonly<Partial<Record<Difference, number | undefined>>>;

interface Tested {
  readonly row: Omit<ComparedSeries, 'differs'>;
  readonly chances: Chances;
}

const NO_MAP: HeatMap = { bandEdgesMillis: [], columns: [] };

function rowOf(
  telemetry: Pick<TelemetryQuery, 'heatMap'>,
  type: OperationType,
  name: string,
  [old, young]: readonly [SeriesSummary | undefined, SeriesSummary | undefined],
  ranges: readonly [TimeRange, TimeRange],
): Tested {
  const [before, after] = [sideOf(old, ranges[0]), sideOf(young, ranges[1])];
  const mapOf = (range: TimeRange): HeatMap =>
    before.count + after.count < ENOUGH.rate
      ? NO_MAP
      : telemetry.heatMap(type, range, { series: name, maxColumns: BLOCKS, bucketsPerBand: 2 });
  const [a, b] = [mapOf(ranges[0]), mapOf(ranges[1])];
  const { summary, text } = young ?? old ?? {};
  const row = {
    type,
    name,
    ...(summary !== undefined && { summary }),
    ...(text !== undefined && { text }),
    before,
    after,
    p50: compareQuantile(a, b, 0.5, ENOUGH.p50),
    p95: compareQuantile(a, b, 0.05, ENOUGH.p95),
  };
  const share = (of: 'errors' | 'clientErrors'): number | undefined =>
    before.count < ENOUGH.failed || after.count < ENOUGH.failed
      ? undefined
      : fisher(before[of], before.count, after[of], after.count);
  const chances: Chances = {
    failed: share('errors'),
    p95: row.p95?.chance,
    p50: row.p50?.chance,
    rate: compareRates(a, b),
    'client errors': share('clientErrors'),
  };
  return { row, chances };
}

function sideOf(row: SeriesSummary | undefined, { fromMillis, toMillis }: TimeRange): ComparedSide {
  const count = row?.count ?? 0;
  return {
    count,
    errors: row?.errors ?? 0,
    clientErrors: row?.clientErrors ?? 0,
    perSecond: (count * 1000) / Math.max(1, toMillis - fromMillis),
    totalMillis: row?.totalMillis ?? 0,
    durationMillis: { p50: row?.durationMillis.p50 ?? 0, p95: row?.durationMillis.p95 ?? 0 },
  };
}

/** Marks differences over all rows together, so that a long table claims no more by chance than a short one. */
function judged(tested: readonly Tested[]): readonly ComparedSeries[] {
  const all = tested.flatMap(({ chances }, index) =>
    DIFFERENCES.flatMap((what) => {
      const chance = chances[what];
      return chance === undefined ? [] : [{ index, what, chance }];
    }),
  );
  const marked = holm(
    all.map(({ chance }) => chance),
    LEVEL,
  );
  const differing = Map.groupBy(
    all.filter((_, n) => marked[n] === true),
    ({ index }) => index,
  );
  const rows = tested.map(({ row }, index) => ({
    ...row,
    differs: (differing.get(index) ?? []).map(({ what }) => what),
  }));
  return rows.sort((a, b) => rank(a) - rank(b) || costOf(b) - costOf(a));
}

const DIFFERENCES: readonly Difference[] = ['failed', 'p95', 'p50', 'rate', 'client errors'];

/** The worst difference first, rows without one last. */
const rank = ({ differs: [first] }: ComparedSeries): number =>
  first === undefined
    ? DIFFERENCES.length
    : first === 'p50'
      ? DIFFERENCES.indexOf('p95')
      : DIFFERENCES.indexOf(first);

const costOf = ({ before, after }: ComparedSeries): number =>
  Math.abs(after.totalMillis - before.totalMillis);

/** Returns true if an operation happened often enough on both sides to look for a difference of its durations or outcomes. */
export function isCompared({ before, after }: ComparedSeries): boolean {
  return Math.min(before.count, after.count) >= ENOUGH.p50;
}
