import { studentQuantile } from './significance.ts';

/** Two-sided 95 %. */
const Z = studentQuantile(0.05, 1e6);
/** A weight this near to 1 is that of something kept for certain. */
const CERTAIN = 1 + 1e-6;
const TAIL = 0.025;

/** Both included. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * How many there were in all, with a confidence of 95 %, by the weights of those that were kept: what was kept for certain counts as 1, the sum of the
 * rest as a gamma variable of its mean and variance, for the upper end with one more of the greatest weight (Fay and Feuer 1997).
 *
 * @param unseen The least probability with which one more would have been kept; undefined if each was kept for certain, 0 if it is not known.
 */
export function intervalOfSum(weights: readonly number[], unseen: number | undefined): Interval {
  const random = weights.filter((weight) => weight > CERTAIN);
  const certain = weights.length - random.length;
  if (random.length === 0) return { from: certain, to: certain + mostUnseen(unseen) };
  const greatest = Math.max(...random, unseen === undefined || unseen === 0 ? 1 : 1 / unseen);
  const sum = random.reduce((all, weight) => all + weight, 0);
  const variance = random.reduce((all, weight) => all + varianceOf(weight), 0);
  return {
    from: certain + Math.max(random.length, gammaQuantile(sum, variance, -Z)),
    to: certain + gammaQuantile(sum + greatest, variance + varianceOf(greatest), Z),
  };
}

/** Of 1 / p times whether it was kept. */
function varianceOf(weight: number): number {
  return weight * (weight - 1);
}

/** Of so many, the chance that none is kept is still 2.5 %. */
function mostUnseen(probability: number | undefined): number {
  if (probability === undefined || probability >= 1) return 0;
  return probability <= 0 ? Infinity : Math.log(TAIL) / Math.log1p(-probability);
}

/** By Wilson and Hilferty, `z` standard deviations from the middle. */
function gammaQuantile(mean: number, variance: number, z: number): number {
  const shape = (mean * mean) / variance;
  return mean * Math.max(0, 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3;
}
