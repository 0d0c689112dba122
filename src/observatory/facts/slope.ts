export interface Point {
  readonly x: number;
  readonly y: number;
}

/** y per x, with its interval. */
export interface Slope {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Below it is one in two thousand: what is above 0 for a claim that is never wrong by chance. */
  readonly surelyAbove: number;
}

/** Of a normal distribution: 95 % are within. */
const Z = 1.96;
const Z_SURE = 3.29;
/** A correlation that a few points seem to show is at least so far from 1. */
const MAX_CORRELATION = 0.8;

/**
 * The median of the slopes between every two points (Theil 1950, Sen 1968), which single outliers do not move, with the 95 % interval that Kendall's S
 * gives. Neighbours that are alike count for less than independent ones: the variance of S grows by (1 + ρ) / (1 − ρ), ρ being the correlation of
 * neighbouring residuals.
 *
 * @param points With different x, at least three.
 */
export function slopeOf(points: readonly Point[]): Slope {
  const slopes = points
    .flatMap((a, index) => points.slice(index + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
    .sort((a, b) => a - b);
  const value = quantile(slopes, 0.5);
  const n = points.length;
  const correlation = neighbourCorrelation(points.map(({ x, y }) => y - value * x));
  const variance = ((n * (n - 1) * (2 * n + 5)) / 18) * ((1 + correlation) / (1 - correlation));
  const reachOf = (z: number): number => Math.min(0.5, (z * Math.sqrt(variance)) / (2 * slopes.length));
  const reach = reachOf(Z);
  return {
    value,
    low: quantile(slopes, 0.5 - reach),
    high: quantile(slopes, 0.5 + reach),
    surelyAbove: quantile(slopes, 0.5 - reachOf(Z_SURE)),
  };
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Between two of them, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

/** From 0 on; corrected for the bias of a short series (Kendall 1954). */
function neighbourCorrelation(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const off = values.map((value) => value - mean);
  const all = off.reduce((sum, value) => sum + value * value, 0);
  if (all === 0) return 0;
  const shared = off.slice(1).reduce((sum, value, index) => sum + value * off[index]!, 0);
  return Math.min(MAX_CORRELATION, Math.max(0, ((shared / all) * n + 1) / Math.max(1, n - 4)));
}
