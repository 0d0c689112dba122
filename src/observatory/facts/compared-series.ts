import type {
  HeatMap,
  OperationType,
  SeriesSummary,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { blockCount, type Blocks, blocksOf, commonRate } from './compared-blocks.ts';
import { compareQuantile, compareRates } from './compared-durations.ts';
import type { Sides } from './compared-sides.ts';
import {
  allowingFor,
  type ComparedRatio,
  including,
  leavesOutOne,
  ratioInterval,
  type RatioTest,
} from './ratio-interval.ts';
import { fisher, holmChance } from './significance.ts';
import { isStartUpWork } from './start-up-statements.ts';
import { finished } from './shared-steps.ts';

/** Series compared per type: those with the most time. Each needs two queries. */
const MAX_SERIES = { http: 30, database: 30, render: 15, other: 5 } as const;
/** Further ones: what fails may take little time. */
const MAX_FAILING = 10;
/** Operations of one step. */
const ROWS_PER_STEP = 5;
/** With fewer operations on a side, no difference of its durations or outcomes is looked for. */
const ENOUGH = { p50: 20, p75: 30, p95: 60, failed: 20, rate: 20 } as const;
/** In fewer blocks of time with operations, nothing tells how blocks differ. */
const MIN_BLOCKS = 3;
/** Share of pages without any true difference on which one is claimed: at most. */
const LEVEL = 0.05;
/** Of that, for rates, which tell more of visitors than of the blog: as many as durations, they would hide those. */
const RATE_LEVEL = 0.01;

export interface ComparedSide {
  readonly count: number;
  readonly errors: number;
  readonly clientErrors: number;
  /** While there was traffic. */
  readonly perSecond: number;
  readonly totalMillis: number;
  readonly durationMillis: Readonly<Record<Quantile, number>>;
}

/**
 * The durations that half, a quarter and a twentieth of an operation exceed. If some of it became slow, the quarter shows that: in the slowest twentieth is
 * also what was slow before, in few stretches of time.
 */
export const QUANTILES = ['p95', 'p75', 'p50'] as const;
export type Quantile = (typeof QUANTILES)[number];

/** What differs by more than chance explains. */
export type Difference = 'failed' | Quantile | 'rate' | 'client errors';

/** One operation on both sides. */
export interface ComparedSeries {
  readonly type: OperationType;
  readonly name: string;
  readonly summary?: string | undefined;
  readonly text?: string | undefined;
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** Undefined with too few operations on a side. They differ if, and only if, their interval leaves out 1. */
  readonly p50: ComparedRatio | undefined;
  readonly p75: ComparedRatio | undefined;
  readonly p95: ComparedRatio | undefined;
  readonly rate: ComparedRatio | undefined;
  readonly differs: readonly Difference[];
}

/** Every operation on both sides, first those that differ by more than chance, by what they cost more or less. */
export function compareSeries(...compared: Parameters<typeof compareInSteps>): readonly ComparedSeries[] {
  return finished(compareInSteps(...compared));
}

/** The same, a few operations at a step. */
export function* compareInSteps(
  telemetry: Pick<TelemetryQuery, 'series' | 'heatMap'>,
  { before, after, coldFactor }: Sides & { readonly coldFactor?: number | undefined },
  only?: { readonly type: OperationType; readonly name: string },
): Generator<undefined, readonly ComparedSeries[]> {
  const types: readonly OperationType[] =
    only === undefined ? ['http', 'database', 'render', 'other'] : [only.type];
  const blocks = { before: blocksOf(telemetry, before), after: blocksOf(telemetry, after) };
  const bothOf = (type: OperationType) =>
    [byName(telemetry, type, before), byName(telemetry, type, after)] as const;
  const routes = bothOf('http');
  const sides: ComparedBlocks = {
    ...blocks,
    coldFactor,
    rateFactor: commonRate(routes, blocks, ENOUGH.rate),
  };
  const rows: Tested[] = [];
  for (const type of types) {
    const [old, young] = type === 'http' ? routes : bothOf(type);
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
  return yield* judged(rows);
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

interface ComparedBlocks {
  readonly before: Blocks;
  readonly after: Blocks;
  readonly coldFactor: number | undefined;
  readonly rateFactor: number;
}

/** Of what has a ratio. */
type Measured = Quantile | 'rate';

interface Tested {
  readonly row: Omit<ComparedSeries, Measured | 'differs'>;
  readonly tests: Readonly<Record<Measured, RatioTest | undefined>>;
  readonly chances: Chances;
}

/** Of what could differ. */
type Chances = Readonly<Partial<Record<Difference, number | undefined>>>;

const NO_MAP: HeatMap = { bandEdgesMillis: [], columns: [] };

function rowOf(
  telemetry: Pick<TelemetryQuery, 'heatMap'>,
  type: OperationType,
  name: string,
  [old, young]: readonly [SeriesSummary | undefined, SeriesSummary | undefined],
  sides: ComparedBlocks,
): Tested {
  const { coldFactor = 1, rateFactor } = sides;
  const [before, after] = [sideOf(old, sides.before), sideOf(young, sides.after)];
  const mapOf = ({ range, silent }: Blocks): HeatMap => {
    if (before.count + after.count < ENOUGH.rate) return NO_MAP;
    const map = telemetry.heatMap(type, range, {
      series: name,
      maxColumns: blockCount(range),
      bucketsPerBand: 2,
    });
    return { ...map, columns: map.columns.filter(({ startMillis }) => !silent.has(startMillis)) };
  };
  const [a, b] = [mapOf(sides.before), mapOf(sides.after)];
  const { summary, text } = young ?? old ?? {};
  const row = {
    type,
    name,
    ...(summary !== undefined && { summary }),
    ...(text !== undefined && { text }),
    before,
    after,
  };
  const durations = (above: number, atLeast: number): RatioTest | undefined => {
    const test = compareQuantile(a, b, above, atLeast);
    return test && allowingFor({ low: 1, high: coldFactor }, test);
  };
  const rates = compareRates(a, b);
  const tests = {
    p95: durations(0.05, ENOUGH.p95),
    p75: durations(0.25, ENOUGH.p75),
    p50: durations(0.5, ENOUGH.p50),
    rate: rates && allowingFor({ low: Math.min(1, rateFactor), high: Math.max(1, rateFactor) }, rates),
  };
  return {
    row,
    tests,
    chances: {
      failed: shareChance(before, after, 'errors'),
      p95: chanceOf(tests.p95),
      p75: chanceOf(tests.p75),
      p50: chanceOf(tests.p50),
      rate: chanceOf(tests.rate),
      'client errors': shareChance(before, after, 'clientErrors'),
    },
  };
}

function chanceOf(test: RatioTest | undefined): number | undefined {
  return test === undefined || test.blocks < MIN_BLOCKS ? undefined : test.chanceOf(1);
}

/** Undefined with too few operations on a side, or if none or all of them are of that outcome: such shares could not differ, whatever happened (Tarone). */
function shareChance(
  before: ComparedSide,
  after: ComparedSide,
  of: 'errors' | 'clientErrors',
): number | undefined {
  if (Math.min(before.count, after.count) < ENOUGH.failed) return undefined;
  const hits = before[of] + after[of];
  if (hits === 0 || hits === before.count + after.count) return undefined;
  return fisher(before[of], before.count, after[of], after.count);
}

function sideOf(row: SeriesSummary | undefined, { busyMillis }: Blocks): ComparedSide {
  const count = row?.count ?? 0;
  const { p50, p75, p95 } = row?.durationMillis ?? { p50: 0, p75: 0, p95: 0 };
  return {
    count,
    errors: row?.errors ?? 0,
    clientErrors: row?.clientErrors ?? 0,
    perSecond: (count * 1000) / Math.max(1, busyMillis),
    totalMillis: row?.totalMillis ?? 0,
    durationMillis: { p50, p75, p95 },
  };
}

/** Pure. Up to which chance a difference is marked, given those of all operations. */
export function markLevels(all: readonly Chances[]): (what: Difference) => number {
  const chancesOf = (those: readonly Difference[]): readonly number[] =>
    all.flatMap((chances) => those.flatMap((what) => chances[what] ?? []));
  const rate = holmChance(chancesOf(['rate']), RATE_LEVEL);
  const others = holmChance(chancesOf(DIFFERENCES.filter((what) => what !== 'rate')), LEVEL - RATE_LEVEL);
  return (what) => (what === 'rate' ? rate : others);
}

/**
 * Marks differences over all rows together, so that a long table claims no more by chance than a short one. An interval is as wide as that takes: what
 * has one is marked if, and only if, it leaves out 1.
 */
function* judged(tested: readonly Tested[]): Generator<undefined, readonly ComparedSeries[]> {
  const levelOf = markLevels(tested.map(({ chances }) => chances));
  const rows: ComparedSeries[] = [];
  for (const each of tested) if (rows.push(judgedRow(each, levelOf)) % ROWS_PER_STEP === 0) yield;
  return rows.sort((a, b) => rank(a) - rank(b) || costOf(b) - costOf(a));
}

function judgedRow({ row, tests, chances }: Tested, levelOf: (what: Difference) => number): ComparedSeries {
  const { before, after } = row;
  const isOnBoth = before.count > 0 && after.count > 0;
  const ratioOf = (what: Measured, figure: (side: ComparedSide) => number): ComparedRatio | undefined => {
    const test = tests[what];
    if (test === undefined || !isOnBoth) return undefined;
    // The two figures that a reader sees are finer than the blocks of the test.
    const [old, young] = [figure(before), figure(after)];
    const shown = (ratio: ComparedRatio): ComparedRatio =>
      old > 0 && young > 0 ? including(ratio, young / old) : ratio;
    if (chances[what] === undefined)
      return shown({ ratio: test.ratio, low: 0, high: Infinity, chance: test.chanceOf(1) });
    const found = shown(ratioInterval(test, levelOf(what)));
    if (!leavesOutOne(found)) return found;
    const { low, high } = shown(ratioInterval(test, LEVEL));
    return { ...found, alone: { low, high } };
  };
  const ratios = {
    p50: ratioOf('p50', ({ durationMillis }) => durationMillis.p50),
    p75: ratioOf('p75', ({ durationMillis }) => durationMillis.p75),
    p95: ratioOf('p95', ({ durationMillis }) => durationMillis.p95),
    rate: ratioOf('rate', ({ perSecond }) => perSecond),
  };
  const isDifferent = (what: Difference): boolean => {
    const ratio = what === 'failed' || what === 'client errors' ? undefined : ratios[what];
    return ratio === undefined ? (chances[what] ?? 1) <= levelOf(what) : leavesOutOne(ratio);
  };
  return { ...row, ...ratios, differs: DIFFERENCES.filter(isDifferent) };
}

const DIFFERENCES: readonly Difference[] = ['failed', ...QUANTILES, 'rate', 'client errors'];

/** The worst difference first, rows without one last. */
const rank = ({ differs: [first] }: ComparedSeries): number =>
  first === undefined ? DIFFERENCES.length : DIFFERENCES.indexOf(isQuantile(first) ? 'p95' : first);

export function isQuantile(what: Difference): what is Quantile {
  return QUANTILES.some((each) => each === what);
}

const costOf = ({ before, after }: ComparedSeries): number =>
  Math.abs(after.totalMillis - before.totalMillis);

/** Returns true if an operation happened often enough on both sides to look for a difference of its durations or outcomes. */
export function isCompared({ before, after }: ComparedSeries): boolean {
  return Math.min(before.count, after.count) >= ENOUGH.p50;
}
