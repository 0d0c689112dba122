import type {
  HeatMap,
  OperationType,
  SeriesSummary,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { compareQuantile, compareRates, type ComparedQuantile } from './compared-durations.ts';
import type { Sides } from './compared-sides.ts';
import { fisher, holm } from './significance.ts';
import { isStartUpWork } from './start-up-statements.ts';
import { finished } from './shared-steps.ts';
import { silence } from './traffic.ts';

/** Series compared per type: those with the most time. Each needs two queries. */
const MAX_SERIES = { http: 30, database: 30, render: 15, other: 5 } as const;
/** Further ones: what fails may take little time. */
const MAX_FAILING = 10;
/** Operations of one step. */
const ROWS_PER_STEP = 5;
/** Blocks of time per side. */
const BLOCKS = 24;
/** With fewer operations on a side, no difference of its durations or outcomes is looked for. */
const ENOUGH = { p50: 20, p95: 60, failed: 20, rate: 20 } as const;
/** Share of pages without any true difference on which one is claimed: at most. */
const LEVEL = 0.05;

export interface ComparedSide {
  readonly count: number;
  readonly errors: number;
  readonly clientErrors: number;
  /** While there was traffic. */
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

/** Every operation on both sides, first those that differ by more than chance, by what they cost more or less. */
export function compareSeries(...compared: Parameters<typeof compareInSteps>): readonly ComparedSeries[] {
  return finished(compareInSteps(...compared));
}

/** The same, a few operations at a step. */
export function* compareInSteps(
  telemetry: Pick<TelemetryQuery, 'series' | 'heatMap'>,
  { before, after }: Sides,
  only?: { readonly type: OperationType; readonly name: string },
): Generator<undefined, readonly ComparedSeries[]> {
  const types: readonly OperationType[] =
    only === undefined ? ['http', 'database', 'render', 'other'] : [only.type];
  const sides = [blocksOf(telemetry, before), blocksOf(telemetry, after)] as const;
  const rows: Tested[] = [];
  for (const type of types) {
    const [old, young] = [byName(telemetry, type, before), byName(telemetry, type, after)];
    const names = [...new Set([...young.keys(), ...old.keys()])].filter(
      (name) => only === undefined || name === only.name,
    );
    const both = names.map((name) => ({ name, pair: [old.get(name), young.get(name)] as const }));
    const most = (count: number, of: 'totalMillis' | 'errors', among = both): typeof both =>
      among.toSorted((a, b) => sumOf(b.pair, of) - sumOf(a.pair, of)).slice(0, count);
    const failing = both.filter(({ pair }) => sumOf(pair, 'errors') > 0);
    const chosen = new Set([
      ...most(MAX_SERIES[type], 'totalMillis'),
      ...most(MAX_FAILING, 'errors', failing),
    ]);
    for (const { name, pair } of chosen) {
      if (rows.push(rowOf(telemetry, type, name, pair, sides)) % ROWS_PER_STEP === 0) yield;
    }
  }
  return judged(rows);
}

function sumOf(pair: readonly (SeriesSummary | undefined)[], of: 'totalMillis' | 'errors'): number {
  return pair.reduce((sum, row) => sum + (row?.[of] ?? 0), 0);
}

function byName(
  telemetry: Pick<TelemetryQuery, 'series'>,
  type: OperationType,
  range: TimeRange,
): ReadonlyMap<string, SeriesSummary> {
  const rows = telemetry.series(type, range).filter((row) => type !== 'database' || !isStartUpWork(row));
  return new Map(rows.map((row) => [row.name, row]));
}

/** A side, and which of its blocks of time are without traffic, so that nothing is told from them. */
interface Blocks {
  readonly range: TimeRange;
  /** Starts. */
  readonly silent: ReadonlySet<number>;
  /** Of the others. */
  readonly busyMillis: number;
}

function blocksOf(telemetry: Pick<TelemetryQuery, 'heatMap'>, range: TimeRange): Blocks {
  const { silent, busyMillis } = silence(telemetry, range, BLOCKS);
  return { range, silent, busyMillis };
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
  sides: readonly [Blocks, Blocks],
): Tested {
  const [before, after] = [sideOf(old, sides[0]), sideOf(young, sides[1])];
  const mapOf = ({ range, silent }: Blocks): HeatMap => {
    if (before.count + after.count < ENOUGH.rate) return NO_MAP;
    const map = telemetry.heatMap(type, range, { series: name, maxColumns: BLOCKS, bucketsPerBand: 2 });
    return { ...map, columns: map.columns.filter(({ startMillis }) => !silent.has(startMillis)) };
  };
  const [a, b] = [mapOf(sides[0]), mapOf(sides[1])];
  const quantile = (what: 'p50' | 'p95', above: number): ComparedQuantile | undefined =>
    asShown(
      compareQuantile(a, b, above, ENOUGH[what]),
      before.durationMillis[what],
      after.durationMillis[what],
    );
  const { summary, text } = young ?? old ?? {};
  const row = {
    type,
    name,
    ...(summary !== undefined && { summary }),
    ...(text !== undefined && { text }),
    before,
    after,
    p50: quantile('p50', 0.5),
    p95: quantile('p95', 0.05),
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

/** Around the ratio of the two figures that a reader sees, which are finer than blocks have them. */
function asShown(
  quantile: ComparedQuantile | undefined,
  before: number,
  after: number,
): ComparedQuantile | undefined {
  if (quantile === undefined || !(before > 0 && after > 0)) return quantile;
  const finer = after / before / quantile.ratio;
  return {
    ...quantile,
    ratio: after / before,
    low: quantile.low * finer,
    high: quantile.high * finer,
  };
}

function sideOf(row: SeriesSummary | undefined, { busyMillis }: Blocks): ComparedSide {
  const count = row?.count ?? 0;
  return {
    count,
    errors: row?.errors ?? 0,
    clientErrors: row?.clientErrors ?? 0,
    perSecond: (count * 1000) / Math.max(1, busyMillis),
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
