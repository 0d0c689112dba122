import { isAtLeast, probabilityOf, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { randomOf } from './random.ts';

export const RATES = [0.001, 0.1, 0.25, 1 / 3, 0.5, 0.999];

export interface KeptShare {
  readonly p: number;
  readonly kept: number;
  /** Deviation of the kept share from p. */
  readonly sigmas: number;
  /** Deviation of the sum of adjusted counts from the number of draws. */
  readonly estimateSigmas: number;
}

/** Draws this many R and counts what each rate keeps. */
export function keptShares(seed: number, draws: number): readonly KeptShare[] {
  const random = randomOf(seed * 7919);
  const thresholds = RATES.map(thresholdOf);
  const kept = RATES.map(() => 0);
  const draw = { high: 0, low: 0 };
  for (let i = 0; i < draws; i++) {
    draw.high = random() >>> 4;
    draw.low = random() >>> 4;
    for (let at = 0; at < thresholds.length; at++) if (isAtLeast(draw, thresholds[at]!)) kept[at]!++;
  }
  return RATES.map((p, at) => {
    const sigma = Math.sqrt(draws * p * (1 - p));
    const estimate = kept[at]! / probabilityOf(thresholds[at]!);
    return {
      p,
      kept: kept[at]!,
      sigmas: Math.abs(kept[at]! - draws * p) / sigma,
      estimateSigmas: Math.abs(estimate - draws) / (sigma / p),
    };
  });
}
