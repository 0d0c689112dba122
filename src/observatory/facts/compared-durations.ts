import type { HeatMap } from '../../../otel/query.ts';
import { studentQuantile, studentTail } from './significance.ts';

/** Share of intervals that hold the true value. */
const CONFIDENCE = 0.95;
/** Blocks over which a deviation may last. */
const LAGS = 4;

/** A quantile before and after. */
export interface ComparedQuantile {
  /** After as a multiple of before, with the bounds of its 95 % interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** The probability of a difference like this, or a larger one, by chance. */
  readonly chance: number;
}

/** A share of all operations, block by block. */
interface Share extends Estimate {
  readonly share: number;
}

/** Of a figure of blocks of time. */
interface Estimate {
  readonly variance: number;
  /** Degrees of freedom of the variance. */
  readonly freedom: number;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** A map added up once, as a comparison asks for several quantiles of it. */
interface Tally {
  /** Operations, in all and per band. */
  readonly count: number;
  readonly totals: Float64Array;
  /** Per block with operations: how many are in a band or above it. The first is all of them. */
  readonly above: readonly Float64Array[];
}

function tallyOf(map: HeatMap): Tally {
  const known = tallies.get(map);
  if (known !== undefined) return known;
  const bands = Math.max(0, map.bandEdgesMillis.length - 1);
  const totals = new Float64Array(bands);
  const above = map.columns.map(({ counts }) => {
    const upTo = new Float64Array(bands + 1);
    for (let band = bands - 1; band >= 0; band--) {
      totals[band]! += counts[band]!;
      upTo[band] = upTo[band + 1]! + counts[band]!;
    }
    return upTo;
  });
  const busy = above.filter(([all = 0]) => all > 0);
  const tally = { count: sum(busy.map(([all = 0]) => all)), totals, above: busy };
  tallies.set(map, tally);
  return tally;
}

const tallies = new WeakMap<HeatMap, Tally>();

/** Per block: those whose duration is in a band from `edge` on, and all operations in it. */
function hitsAbove(map: HeatMap, edge: number): readonly (readonly [number, number])[] {
  const first = map.bandEdgesMillis.findIndex((each) => each >= edge);
  return tallyOf(map).above.map((above) => [first < 0 ? 0 : above[first]!, above[0]!] as const);
}

/**
 * The share above `edge` with its variance. Neighbours in time are alike (a cold cache, a busy minute), so that single operations tell less than
 * their number: the variance is that between blocks of time (of a ratio of sums, so that blocks may differ in count), and at least the binomial one.
 */
function shareAbove(map: HeatMap, edge: number, expected: number): Share {
  const blocks = hitsAbove(map, edge);
  const count = sum(blocks.map(([, all]) => all));
  const share = sum(blocks.map(([hits]) => hits)) / count;
  // As the jackknife has it: a block with most of all operations pulls the share to its own, and would seem not to deviate from it. The same for equal ones.
  const equal = 1 - 1 / blocks.length;
  const deviations = blocks.map(([hits, all]) =>
    all < count ? ((hits - share * all) * equal) / (1 - all / count) : 0,
  );
  const between = varianceOfSum(deviations) / count ** 2;
  const least = (expected * (1 - expected)) / count;
  return { share, ...estimateOf(between, least, blocks.length) };
}

/**
 * The variance of a sum of deviations, block by block, which may last from one block to the next: with the covariances of near blocks (Newey and
 * West), and at least that of independent blocks.
 */
function varianceOfSum(deviations: readonly number[]): number {
  const { length } = deviations;
  if (length < 2) return 0;
  const product = (lag: number): number =>
    sum(deviations.slice(lag).map((each, index) => each * deviations[index]!));
  const lags = Array.from({ length: Math.min(LAGS, length - 1) }, (_, index) => index + 1);
  const near = sum(lags.map((lag) => 2 * (1 - lag / (LAGS + 1)) * product(lag)));
  return (product(0) + Math.max(0, near)) * (length / (length - 1));
}

/** The duration that a share `above` of all exceeds, on a logarithmic line within its band; undefined without operations. */
function quantileOf(map: HeatMap, above: number): number {
  const { bandEdgesMillis } = map;
  const { totals, count: all } = tallyOf(map);
  let rest = all * Math.min(1, Math.max(0, 1 - above));
  for (const [band, count] of totals.entries()) {
    if (rest <= count && count > 0) {
      const [low, high] = [bandEdgesMillis[band]!, bandEdgesMillis[band + 1]!];
      return low * (high / low) ** (rest / count);
    }
    rest -= count;
  }
  return bandEdgesMillis.at(-1) ?? NaN;
}

/** The edge that, over both sides, a share nearest to `above` exceeds. Both have the same edges, as far as they reach. */
function commonEdge(one: HeatMap, other: HeatMap, above: number): number {
  const [a, b] = [tallyOf(one), tallyOf(other)];
  const edgeOf = ({ bandEdgesMillis }: HeatMap, band: number): number =>
    band < 0 ? -Infinity : bandEdgesMillis[band]!;
  const wanted = above * (a.count + b.count);
  let [i, j] = [a.totals.length - 1, b.totals.length - 1];
  let [passed, best, distance] = [0, 0, Infinity];
  while (i >= 0 || j >= 0) {
    const edge = Math.max(edgeOf(one, i), edgeOf(other, j));
    if (edgeOf(one, i) === edge) passed += a.totals[i--]!;
    if (edgeOf(other, j) === edge) passed += b.totals[j--]!;
    if (Math.abs(passed - wanted) > distance) break;
    [best, distance] = [edge, Math.abs(passed - wanted)];
  }
  return best;
}

/** Half the width of the interval of a quantile, as a logarithm (Woodruff): the quantiles at both ends of the interval of its share. */
function logSpread(map: HeatMap, above: number): number {
  const { variance, freedom } = shareAbove(map, quantileOf(map, above), above);
  const reach = passedBy(freedom) * Math.sqrt(variance);
  return Math.log(quantileOf(map, above - reach) / quantileOf(map, above + reach)) / 2;
}

/**
 * Compares the durations that a share `above` (0.05 for p95) exceeds. What is tested is the share of either side above one common duration: unlike
 * a percentile of few operations, it is not biased by their number, so that more traffic alone makes no difference. Undefined with fewer than
 * `atLeast` operations on a side.
 */
export function compareQuantile(
  before: HeatMap,
  after: HeatMap,
  above: number,
  atLeast: number,
): ComparedQuantile | undefined {
  if (Math.min(tallyOf(before).count, tallyOf(after).count) < atLeast) return undefined;
  const ratio = quantileOf(after, above) / quantileOf(before, above);
  const spread = Math.hypot(logSpread(before, above), logSpread(after, above));
  const edge = commonEdge(before, after, above);
  const [a, b] = [shareAbove(before, edge, above), shareAbove(after, edge, above)];
  return {
    ratio,
    low: ratio * Math.exp(-spread),
    high: ratio * Math.exp(spread),
    chance: welch(b.share - a.share, a, b),
  };
}

/** Student's quantile of the interval; a page asks for the same few numbers. */
function passedBy(freedom: number): number {
  const known = quantiles.get(freedom);
  if (known !== undefined) return known;
  const quantile = studentQuantile(1 - CONFIDENCE, freedom);
  quantiles.set(freedom, quantile);
  return quantile;
}

/** At most two per number of blocks. */
const quantiles = new Map<number, number>();

/**
 * The greater of two variances, that between blocks and the least possible one. Its degrees of freedom are those of Bartlett's window, as it has the
 * covariances of near blocks; if blocks differ by no more than chance has them differ, those of independent blocks.
 */
function estimateOf(between: number, least: number, blocks: number): Estimate {
  const near = (1.5 * blocks) / LAGS;
  const freedom = between > least ? near : Math.max(near, blocks - 1);
  return { variance: Math.max(between, least), freedom: Math.max(1, freedom) };
}

/** The probability that two means are so far apart by chance (Welch). */
function welch(difference: number, a: Estimate, b: Estimate): number {
  const variance = a.variance + b.variance;
  if (variance === 0) return 1;
  const square = (each: Estimate): number => each.variance ** 2 / each.freedom;
  return studentTail(difference / Math.sqrt(variance), variance ** 2 / (square(a) + square(b)));
}

/** The probability of rates as different by chance; undefined with fewer than two blocks of time. */
export function compareRates(before: HeatMap, after: HeatMap): number | undefined {
  const blocks = Math.max(before.columns.length, after.columns.length);
  const [a, b] = [rateOf(before, blocks), rateOf(after, blocks)];
  return blocks < 2 ? undefined : welch(b.rate - a.rate, a, b);
}

/** Operations per millisecond; the variance is that between blocks, and at least that of independent arrivals. A side without operations has no columns. */
function rateOf({ columns }: HeatMap, otherBlocks: number): Estimate & { readonly rate: number } {
  const blocks = columns.length;
  if (blocks < 2) return { rate: 0, ...estimateOf(0, 0, otherBlocks) };
  const count = sum(columns.map(({ counts }) => sum(counts)));
  const width = sum(columns.map(({ widthMillis }) => widthMillis));
  const rate = count / width;
  const between = varianceOfSum(columns.map(({ counts, widthMillis }) => sum(counts) - rate * widthMillis));
  return { rate, ...estimateOf(between / width ** 2, count / width ** 2, blocks) };
}
