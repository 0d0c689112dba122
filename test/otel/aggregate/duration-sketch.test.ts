import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import {
  BUCKET_COUNT,
  bucketOf,
  DurationSketch,
  RELATIVE_ERROR,
} from '../../../otel/aggregate/duration-sketch.ts';

const trackedNanos = fc.double({ min: 1e3, max: 3.6e12, noNaN: true });

function sketchOf(values: readonly number[]): DurationSketch {
  const sketch = new DurationSketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

/** Nearest rank of sorted values. */
function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
}

describe('DurationSketch', () => {
  it('returns every quantile within its relative error, 1 µs to 1 h', () => {
    fc.assert(
      fc.property(
        fc.array(trackedNanos, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const exact = exactQuantile(
            values.toSorted((a, b) => a - b),
            q,
          );
          const estimate = sketchOf(values).quantileNanos(q);
          expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
        },
      ),
    );
  });

  it('is the same whether values are added to one sketch or to two that are merged', () => {
    fc.assert(
      fc.property(fc.array(trackedNanos), fc.array(trackedNanos), (left, right) => {
        const merged = sketchOf(left);
        merged.merge(sketchOf(right));
        const whole = sketchOf([...left, ...right]);
        for (const q of [0, 0.5, 0.9, 0.95, 0.99, 1])
          expect(merged.quantileNanos(q)).toBe(whole.quantileNanos(q));
        expect([merged.count, merged.minNanos, merged.maxNanos]).toEqual([
          whole.count,
          whole.minNanos,
          whole.maxNanos,
        ]);
      }),
    );
  });

  it('keeps minimum and maximum exact, also outside the tracked range', () => {
    const sketch = sketchOf([12.5, 7e12, 5e6]);
    expect([sketch.minNanos, sketch.maxNanos]).toEqual([12.5, 7e12]);
    expect(sketch.quantileNanos(0.5)).toBeGreaterThan(4.9e6);
  });

  it('counts NaN and negative durations as zero', () => {
    const sketch = sketchOf([NaN, -5]);
    expect([sketch.count, sketch.sumNanos, sketch.maxNanos]).toEqual([2, 0, 0]);
  });

  it('is all zeros while empty and after a reset', () => {
    const sketch = sketchOf([1e6, 2e6]);
    sketch.reset();
    for (const empty of [sketch, new DurationSketch()]) {
      expect([empty.count, empty.minNanos, empty.maxNanos, empty.quantileNanos(0.99)]).toEqual([0, 0, 0, 0]);
      expect(empty.shareBelow(1e6)).toBeUndefined();
    }
  });

  it('counts again after a reset', () => {
    const sketch = sketchOf([1e6, 1e12]);
    sketch.reset();
    sketch.add(4e6);
    expect(sketch.quantileNanos(0.5)).toBe(4e6);
    let buckets = 0;
    sketch.forEachBucket(() => buckets++);
    expect(buckets).toBe(1);
  });

  it('stays within 4.5 KB if the whole range is in use', () => {
    const sketch = new DurationSketch();
    for (let nanos = 1e3; nanos <= 3.6e12; nanos *= 1.01) sketch.add(nanos);
    expect(sketch.bytes).toBeLessThanOrEqual(4608);
    expect(sketch.bytes).toBeGreaterThanOrEqual(BUCKET_COUNT * 4);
  });

  it('returns the share of durations below a given one', () => {
    const sketch = sketchOf([1e6, 2e6, 3e6, 4e6]);
    expect(sketch.shareBelow(3e6)).toBe(0.5);
    expect(sketch.shareBelow(1e9)).toBe(1);
    expect(sketch.shareBelow(1)).toBe(0);
  });
});

describe('DurationSketch beyond 2^32 durations', () => {
  /** 2^33 durations of 1 ms in one bucket. */
  function many(): DurationSketch {
    const sketch = new DurationSketch();
    sketch.add(1e6);
    for (let doublings = 0; doublings < 33; doublings++) {
      const copy = new DurationSketch();
      copy.merge(sketch);
      sketch.merge(copy);
    }
    return sketch;
  }
  const sumOf = (sketch: DurationSketch): number => {
    let sum = 0;
    sketch.forEachBucket((_bucket, count) => (sum += count));
    return sum;
  };

  it('counts on, one by one and by buckets, and its buckets add up', () => {
    const sketch = many();
    sketch.add(1e6);
    sketch.add(5e9);
    expect([sketch.count, sumOf(sketch)]).toEqual([2 ** 33 + 2, 2 ** 33 + 2]);
    expect(sketch.quantileNanos(0.5)).toBeCloseTo(1e6, -4);
    const copy = new DurationSketch();
    sketch.forEachBucket((bucket, count) => {
      copy.addToBucket(bucket, count - 1);
      copy.addToBucket(bucket, 1);
    });
    expect(sumOf(copy)).toBe(2 ** 33 + 2);
    expect(sketch.without([many()]).count).toBe(2);
  });

  it('counts one by one over the limit', () => {
    const sketch = new DurationSketch();
    sketch.addToBucket(bucketOf(1e6), 2 ** 32 - 1);
    sketch.mergeTotals(2 ** 32 - 1, 0, 1e6, 1e6);
    sketch.add(1e6);
    expect([sketch.count, sumOf(sketch)]).toEqual([2 ** 32, 2 ** 32]);
  });
});
