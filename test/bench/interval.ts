/** What was measured, and between which bounds it lies with 95 % confidence. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Student's t, two-sided 95 %, for 1, 2, … degrees of freedom; beyond them it is close to the last. */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06,
];

/** Of independent values; unbounded for fewer than two. */
export function meanInterval(values: readonly number[]): Interval {
  const value = mean(values);
  const reach = t95(values.length) * Math.sqrt(covariance(values, values) / values.length);
  return { value, low: value - reach, high: value + reach };
}

/**
 * The mean of the first over the mean of the second, of values that were measured in pairs, by Fieller's theorem: a bound k is outside
 * exactly when `first - k * second` differs from 0. Unbounded when the second may be 0.
 */
export function ratioInterval(first: readonly number[], second: readonly number[]): Interval {
  const n = Math.min(first.length, second.length);
  const [a, b] = [mean(first), mean(second)];
  const t2 = t95(n) ** 2 / n;
  const square = b * b - t2 * covariance(second, second);
  const middle = a * b - t2 * covariance(first, second);
  const rest = a * a - t2 * covariance(first, first);
  if (!(square > 0)) return { value: a / b, low: -Infinity, high: Infinity };
  const reach = Math.sqrt(Math.max(0, middle * middle - square * rest));
  return { value: a / b, low: (middle - reach) / square, high: (middle + reach) / square };
}

/** By how much values of the same thing differ: their standard deviation as a share of their mean. */
export function spreadShare(values: readonly number[]): number {
  return Math.sqrt(covariance(values, values)) / mean(values);
}

function t95(count: number): number {
  return count < 2 ? Infinity : T95[Math.min(count - 2, T95.length - 1)]!;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const sum = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0);
  // Of one value nothing is known; its t is infinite.
  return sum / Math.max(1, a.length - 1);
}
