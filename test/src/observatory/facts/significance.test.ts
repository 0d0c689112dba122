import { describe, expect, it } from '@jest/globals';
import {
  fisher,
  holm,
  studentQuantile,
  studentTail,
} from '../../../../src/observatory/facts/significance.ts';

describe('chances', () => {
  // From printed tables of Student's t.
  it.each([
    [12.706, 1, 0.05],
    [2.086, 20, 0.05],
    [4.587, 10, 0.001],
    [2.576, 1e6, 0.01],
    [0, 5, 1],
  ])('of t = %d with %d degrees of freedom', (t, degrees, tail) => {
    expect(studentTail(t, degrees)).toBeCloseTo(tail, 4);
    expect(studentTail(-t, degrees)).toBeCloseTo(tail, 4);
    if (t > 0) expect(studentQuantile(studentTail(t, degrees), degrees)).toBeCloseTo(t, 6);
  });

  it('of two shares are exact: the lady tasting tea', () => {
    // 4 of 4 against 0 of 4: one of 70 ways, and as many the other way round.
    expect(fisher(4, 4, 0, 4)).toBeCloseTo(2 / 70, 10);
    expect(fisher(3, 4, 1, 4)).toBeCloseTo((2 * 17) / 70, 10);
  });

  it.each([
    [0, 100, 0, 100],
    [5, 5, 7, 7],
    [1, 10, 1, 10],
    [0, 0, 3, 9],
  ])('of %d of %d against %d of %d are certain', (a, n, b, m) => expect(fisher(a, n, b, m)).toBe(1));

  it('of many failures among millions are finite', () => {
    expect(fisher(50_000, 1_000_000, 50_100, 1_000_000)).toBeGreaterThan(0.5);
    expect(fisher(50_000, 1_000_000, 60_000, 1_000_000)).toBeLessThan(1e-12);
  });

  it('are judged together: the smallest needs the smallest share of the level', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005], 0.05)).toEqual([true, false, false, true]);
    expect(holm([0.02, 0.02, 0.02], 0.05)).toEqual([false, false, false]);
    expect(holm([], 0.05)).toEqual([]);
    expect(holm([NaN, 0.001], 0.05)).toEqual([false, true]);
  });
});
