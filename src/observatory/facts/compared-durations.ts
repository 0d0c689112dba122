import type { HeatMap } from '../../../otel/query.ts';
import type { RatioTest } from './ratio-interval.ts';
import { studentTail } from './significance.ts';

/** Blocks over which a deviation may last. */
const LAGS = 4;
/** How near an edge is found, as a logarithm: a hundredth of a band. */
const NEAR = 4e-4;

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
  /** How many are in a band or above it: of all blocks, and per block with operations. The first is all of them. */
  readonly allAbove: Float64Array;
  readonly above: readonly Float64Array[];
}

function tallyOf(map: HeatMap): Tally {
  const known = tallies.get(map);
  if (known !== undefined) return known;
  const bands = Math.max(0, map.bandEdgesMillis.length - 1);
  const totals = new Float64Array(bands);
  const allAbove = new Float64Array(bands + 1);
  const above = map.columns.map(({ counts }) => {
    const upTo = new Float64Array(bands + 1);
    for (let band = bands - 1; band >= 0; band--) {
      totals[band]! += counts[band]!;
      upTo[band] = upTo[band + 1]! + counts[band]!;
    }
    for (const [band, count] of upTo.entries()) allAbove[band]! += count;
    return upTo;
  });
  const tally = { count: allAbove[0]!, totals, allAbove, above: above.filter(([all = 0]) => all > 0) };
  tallies.set(map, tally);
  return tally;
}

const tallies = new WeakMap<HeatMap, Tally>();

/** Where a duration lies among the bands: in which one, and how far into it on a logarithmic line. */
interface Place {
  readonly band: number;
  readonly into: number;
}

function placeOf({ bandEdgesMillis: edges }: HeatMap, millis: number): Place {
  let [low, high] = [0, edges.length - 1];
  if (millis <= edges[low]!) return { band: 0, into: 0 };
  if (millis >= edges[high]!) return { band: high, into: 0 };
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= millis) low = middle;
    else high = middle;
  }
  return { band: low, into: Math.log(millis / edges[low]!) / Math.log(edges[high]! / edges[low]!) };
}

const aboveAt = (above: Float64Array, { band, into }: Place): number =>
  into === 0 ? above[band]! : (1 - into) * above[band]! + into * above[band + 1]!;

/**
 * The share above `edge` with its variance. Neighbours in time are alike (a cold cache, a busy minute), so that single operations tell less than
 * their number: the variance is that between blocks of time (of a ratio of sums, so that blocks may differ in count), and at least the binomial one.
 */
function shareAbove(map: HeatMap, edge: number, expected: number): Share {
  const { above, allAbove, count } = tallyOf(map);
  const place = placeOf(map, edge);
  const blocks = above.map((each) => [aboveAt(each, place), each[0]!] as const);
  const share = aboveAt(allAbove, place) / count;
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
  const product = (lag: number): number => {
    let all = 0;
    for (let index = lag; index < length; index++) all += deviations[index]! * deviations[index - lag]!;
    return all;
  };
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

/** Of both sides: the maps, and the durations that a share of each exceeds. */
interface Pair {
  readonly before: HeatMap;
  readonly after: HeatMap;
  readonly quantiles: readonly [number, number];
}

/** The duration that a share `above` of both sides together exceeds, those before multiplied by `factor`: it lies between the quantiles of both. */
function commonEdge({ before, after, quantiles: [old, young] }: Pair, above: number, factor: number): number {
  const [a, b] = [tallyOf(before), tallyOf(after)];
  const ends = [old * factor, young] as const;
  let [low, high] = [Math.log(Math.min(...ends)), Math.log(Math.max(...ends))];
  const wanted = above * (a.count + b.count);
  while (high - low > NEAR) {
    const middle = (low + high) / 2;
    const edge = Math.exp(middle);
    const passed =
      aboveAt(a.allAbove, placeOf(before, edge / factor)) + aboveAt(b.allAbove, placeOf(after, edge));
    if (passed > wanted) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
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
): RatioTest | undefined {
  if (Math.min(tallyOf(before).count, tallyOf(after).count) < atLeast) return undefined;
  const quantiles = [quantileOf(before, above), quantileOf(after, above)] as const;
  const pair = { before, after, quantiles };
  return {
    ratio: quantiles[1] / quantiles[0],
    blocks: Math.min(tallyOf(before).above.length, tallyOf(after).above.length),
    chanceOf(factor) {
      const edge = commonEdge(pair, above, factor);
      const [a, b] = [shareAbove(before, edge / factor, above), shareAbove(after, edge, above)];
      return welch(b.share - a.share, a, b);
    },
  };
}

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

/** Compares rates; undefined with one block of time on a side, as nothing tells how blocks differ. Without operations on a side, the ratio is 0 or infinite. */
export function compareRates(before: HeatMap, after: HeatMap): RatioTest | undefined {
  const [old, young] = [before.columns.length, after.columns.length];
  const blocks = Math.max(old, young);
  if (blocks < 2 || old === 1 || young === 1) return undefined;
  const [a, b] = [rateOf(before, blocks), rateOf(after, blocks)];
  return {
    ratio: b.rate / a.rate,
    blocks,
    chanceOf: (factor) => welch(b.rate - factor * a.rate, { ...a, variance: factor ** 2 * a.variance }, b),
  };
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
