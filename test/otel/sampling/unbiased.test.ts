import { describe, expect, it } from '@jest/globals';
import { isAtLeast, randomnessOfTraceId, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { keptShares, RATES } from './kept-shares.ts';
import { randomOf } from './random.ts';

const HEX = Array.from({ length: 2 ** 16 }, (_, value) => value.toString(16).padStart(4, '0'));
const IDS = 1_000_000;
/** Per seed; `npm run soak` draws a million. */
const DRAWS = 150_000;

/** The last 14 digits of a trace id, from two random numbers. */
function digitsOf(high: number, low: number): string {
  return HEX[high >>> 16]! + HEX[high & 0xffff]! + HEX[low >>> 16]! + HEX[low & 0xffff]!.slice(0, 2);
}

describe('probability sampling', () => {
  it('keeps what a BigInt reference keeps, for a million ids', () => {
    const thresholds = RATES.map(thresholdOf);
    const references = RATES.map((p) => 2n ** 56n - BigInt(Math.round(p * 2 ** 56)));
    const random = randomOf(11);
    let different = 0;
    for (let i = 0; i < IDS; i++) {
      const digits = digitsOf(random(), random());
      const ours = randomnessOfTraceId(`4bf92f3577b34da6a3${digits}`);
      const reference = BigInt(`0x${digits}`);
      const at = i % RATES.length;
      if (isAtLeast(ours, thresholds[at]!) !== reference >= references[at]!) different++;
    }
    expect(different).toBe(0);
  });

  it('keeps a share within 4 sigma of p for twenty seeds, and adjusted counts add up to the total', () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const { p, kept, sigmas, estimateSigmas } of keptShares(seed, DRAWS)) {
        expect({ seed, p, kept, isWithin: sigmas <= 4 && estimateSigmas <= 4 }).toMatchObject({
          isWithin: true,
        });
      }
    }
  });
});
