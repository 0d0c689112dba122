import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import {
  compareBits56,
  decodeRandomness,
  decodeThreshold,
  encodeThreshold,
  isAtLeast,
  probabilityOf,
  randomnessOfTraceId,
  thresholdOf,
} from '../../../otel/sampling/consistent-threshold.ts';

const hex14 = fc
  .bigInt({ min: 0n, max: 2n ** 56n - 1n })
  .map((value) => value.toString(16).padStart(14, '0'));
const probability = fc.double({ min: 2 ** -56, max: 1, noNaN: true });

describe('consistent threshold', () => {
  it.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.125, 'e'],
    [0.75, '4'],
    [2 ** -56, 'ffffffffffffff'],
  ])('encodes probability %d as th:%s', (p, th) => {
    expect(encodeThreshold(thresholdOf(p))).toBe(th);
  });

  it('has no encoding for probability 0, which keeps nothing', () => {
    expect(encodeThreshold(thresholdOf(0))).toBeUndefined();
    expect(isAtLeast({ high: 2 ** 28 - 1, low: 2 ** 28 - 1 }, thresholdOf(0))).toBe(false);
  });

  it('compares as 56-bit integers do', () => {
    fc.assert(
      fc.property(hex14, hex14, (r, t) => {
        expect(isAtLeast(decodeRandomness(r)!, decodeThreshold(t)!)).toBe(
          BigInt(`0x${r}`) >= BigInt(`0x${t}`),
        );
      }),
    );
  });

  it('rejects the share 1 - p exactly to 56 bits', () => {
    fc.assert(
      fc.property(probability, (p) => {
        const { high, low } = thresholdOf(p);
        const rejected = (BigInt(high) << 28n) | BigInt(low);
        expect(rejected).toBe(2n ** 56n - BigInt(Math.max(1, Math.round(p * 2 ** 56))));
      }),
    );
  });

  it('nests: what a smaller probability keeps, a larger one keeps', () => {
    fc.assert(
      fc.property(probability, probability, (a, b) => {
        const [small, large] = a <= b ? [a, b] : [b, a];
        expect(compareBits56(thresholdOf(large), thresholdOf(small))).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(probability, (p) =>
        expect(decodeThreshold(encodeThreshold(thresholdOf(p))!)).toEqual(thresholdOf(p)),
      ),
    );
  });

  it('reads the randomness of a trace id from its last 14 digits', () => {
    fc.assert(
      fc.property(hex14, (r) =>
        expect(randomnessOfTraceId(`0123456789abcdef0a${r}`.slice(-32))).toEqual(decodeRandomness(r)),
      ),
    );
  });

  it('keeps a share of random traces within four sigma of p', () => {
    const draws = 20_000;
    let seed = 1;
    const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
    for (const p of [0.01, 0.1, 0.5, 0.9]) {
      let kept = 0;
      for (let i = 0; i < draws; i++)
        if (isAtLeast({ high: next() >>> 4, low: next() >>> 4 }, thresholdOf(p))) kept++;
      expect(Math.abs(kept - draws * p)).toBeLessThanOrEqual(4 * Math.sqrt(draws * p * (1 - p)));
    }
  });

  it.each(['', '0x8', 'g', 'FF', '123456789012345', '-1'])('rejects the malformed threshold %j', (text) => {
    expect(decodeThreshold(text)).toBeUndefined();
  });

  it.each([NaN, -0.1, 1.1, Infinity])('rejects the probability %d', (p) => {
    expect(() => thresholdOf(p)).toThrow(RangeError);
  });

  it('inverts a threshold to its probability', () => {
    expect(probabilityOf(thresholdOf(0.25))).toBe(0.25);
    expect(probabilityOf(thresholdOf(0.1))).toBeCloseTo(0.1, 12);
  });
});
