import { describe, expect, it } from '@jest/globals';
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

/** A hexadecimal fraction: digits * 2^-bits. */
const hex = (digits: string, bits: number): number => Number.parseInt(digits, 16) / 2 ** bits;
/** The double before x. */
function before(x: number, steps = 1): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) - BigInt(steps));
  return view.getFloat64(0);
}

/** opentelemetry-collector-contrib, pkg/sampling: encoding_test.go and probability_test.go. */
const COLLECTOR_VECTORS: readonly (readonly [probability: number, th: string])[] = [
  [1, '0'],
  [0.5, '8'],
  [2 ** -56, 'ffffffffffffff'],
  [2 * 2 ** -56, 'fffffffffffffe'],
  [3 * 2 ** -56, 'fffffffffffffd'],
  [4 * 2 ** -56, 'fffffffffffffc'],
  [8 * 2 ** -56, 'fffffffffffff8'],
  [16 * 2 ** -56, 'fffffffffffff'],
  [256 * 2 ** -56, 'ffffffffffff'],
  [1 / 3, 'aaaaaaaaaaaaac'],
  [2 / 3, '55555555555558'],
  [1 - hex('54', 8), '54'],
  [1 - hex('1', 8), '01'],
  [1 - 2 ** -52, '0000000000001'],
  [15 / 16, '1'],
  [before(15 / 16), '10000000000008'],
  [before(15 / 16, 2), '1000000000001'],
  [before(15 / 16, 3), '10000000000018'],
  [before(0.5), '80000000000004'],
  [before(0.5, 2), '80000000000008'],
  [before(0.5, 3), '8000000000000c'],
  [0.25, 'c'],
  [before(0.25), 'c0000000000002'],
  [before(0.25, 2), 'c0000000000004'],
  [before(0.25, 3), 'c0000000000006'],
  [0.125, 'e'],
  [before(0.125), 'e0000000000001'],
  [before(0.125, 2), 'e0000000000002'],
  [before(0.125, 3), 'e0000000000003'],
  [1 / 16, 'f'],
  [before(1 / 16), 'f'],
  [before(1 / 16, 2), 'f0000000000001'],
  [before(1 / 16, 3), 'f0000000000001'],
  [1 - hex('456789a', 28), '456789a'],
  [1 - hex('456789a', 40), '000456789a'],
  [1 - hex('789abcdef', 40), '0789abcdef'],
  [1 - hex('12345678', 32), '12345678'],
  [1 - hex('80801', 28), '0080801'],
];

/**
 * OpenTelemetry specification, "TraceState: Probability Sampling", the table of 1-in-N values at five digits: th, probability, adjusted count. The
 * kit writes all 14 digits, so they are rounded before the comparison.
 */
const SPECIFICATION_VALUES: readonly (readonly [
  n: number,
  th: string,
  probability: number,
  count: number,
])[] = [
  [1, '0', 1, 1],
  [2, '8', 0.5, 2],
  [3, 'aaaab', 0.33333301544189453, 3.0000028610256777],
  [4, 'c', 0.25, 4],
  [5, 'ccccd', 0.19999980926513672, 5.0000047683761295],
  [8, 'e', 0.125, 8],
  [10, 'e6666', 0.10000038146972656, 9.999961853172863],
  [16, 'f', 0.0625, 16],
  [100, 'fd70a4', 0.009999990463256836, 100.00009536752259],
  [1000, 'ffbe76d', 0.000999998301267624, 1000.0016987352618],
  [10_000, 'fff97247', 0.00010000006295740604, 9999.99370426336],
  [100_000, 'ffff583a5', 0.000010000003385357559, 99999.96614643588],
  [1_000_000, 'ffffef391', 9.999930625781417e-7, 1.0000069374699865e6],
];

describe('thresholds of the Collector', () => {
  it.each(COLLECTOR_VECTORS)('probability %d is th:%s', (probability, th) => {
    expect(encodeThreshold(thresholdOf(probability))).toBe(th);
  });

  it.each([
    ['8', 0.5],
    ['444', 1 - hex('444', 12)],
    ['0', 1],
  ])('th:%s is probability %d', (th, probability) => {
    expect(probabilityOf(decodeThreshold(th)!)).toBe(probability);
  });

  it.each([
    ['5', '4'],
    ['4', '04'],
    ['4', '234'],
  ])('th:%s is above th:%s', (larger, smaller) => {
    expect(compareBits56(decodeThreshold(larger)!, decodeThreshold(smaller)!)).toBeGreaterThan(0);
  });

  it.each([
    ['00000000000000', false],
    ['7fffffffffffff', false],
    ['80000000000000', true],
    ['ffffffffffffff', true],
  ])('of a trace id that ends in %s probability 0.5 keeps: %s', (ending, kept) => {
    expect(isAtLeast(randomnessOfTraceId('ee'.repeat(9) + ending), thresholdOf(0.5))).toBe(kept);
  });

  it.each(['123412341234120', '1234123412341', '', 'abcdefgabcdefg'])('rejects rv:%s', (rv) => {
    expect(decodeRandomness(rv)).toBeUndefined();
    expect(decodeRandomness('12341234123412')).toBeDefined();
  });
});

describe('worked values of the specification', () => {
  it.each(SPECIFICATION_VALUES)('1 in %d is th:%s', (n, th, probability, count) => {
    const ours = thresholdOf(1 / n);
    expect(encodeThreshold(roundedTo(th.length, ours))).toBe(th);
    const theirs = probabilityOf(decodeThreshold(th)!);
    expect(theirs).toBeCloseTo(probability, 15);
    expect(1 / theirs / count).toBeCloseTo(1, 9);
    expect(Math.abs(probabilityOf(ours) - 1 / n)).toBeLessThanOrEqual(2 ** -53);
  });
});

function roundedTo(
  digits: number,
  { high, low }: { high: number; low: number },
): { high: number; low: number } {
  const unit = 1n << BigInt(4 * (14 - digits));
  const value = (BigInt(high) << 28n) | BigInt(low);
  const rounded = ((value + unit / 2n) / unit) * unit;
  return { high: Number(rounded >> 28n), low: Number(rounded & 0xfffffffn) };
}
