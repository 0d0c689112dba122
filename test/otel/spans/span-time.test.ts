import { describe, expect, it } from '@jest/globals';
import { plusNanos } from '../../../otel/spans/hr-time.ts';
import { timeOfNanos } from '../../../otel/spans/span-time.ts';

describe('timeOfNanos', () => {
  it('counts back from now, and forward', () => {
    const at = (nowMillis: number, nowNanos: number) => ({
      now: () => nowMillis,
      monotonicNanos: () => nowNanos,
    });
    expect(timeOfNanos(1_000, at(1_800_000_000_500, 3_000))).toEqual([1_800_000_000, 499_998_000]);
    expect(timeOfNanos(0, at(1_800_000_000_000, 1e9))).toEqual([1_799_999_999, 0]);
    expect(timeOfNanos(2e9, at(1_800_000_000_999, 1e9))).toEqual([1_800_000_001, 999_000_000]);
  });
});

describe('plusNanos', () => {
  it('carries in both directions', () => {
    expect(plusNanos([100, 999_999_000], 2_500)).toEqual([101, 1_500]);
    expect(plusNanos([100, 0], -1)).toEqual([99, 999_999_999]);
  });
});
