import { describe, expect, it } from '@jest/globals';
import { intervalOfSum } from '../../../../src/observatory/facts/weighted-interval.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

describe('the interval of how many there were, by the weights of what was kept', () => {
  it('is one number if everything was kept for certain', () => {
    expect(intervalOfSum([1, 1, 1], undefined)).toEqual({ from: 3, to: 3 });
    expect(intervalOfSum([], undefined)).toEqual({ from: 0, to: 0 });
  });

  it('has room for those that chance left out, even if none was kept', () => {
    // (1 - 0.2)^16 is 2.8 %, ^17 is 2.3 %.
    const { from, to } = intervalOfSum([1, 1], 0.2);
    expect(from).toBe(2);
    expect(to).toBeGreaterThan(2 + 16);
    expect(to).toBeLessThan(2 + 17);
    expect(intervalOfSum([], 0).to).toBe(Infinity);
  });

  it('is never below what was kept', () => {
    expect(intervalOfSum([1.5, 1.5], undefined).from).toBeGreaterThanOrEqual(2);
  });

  it.each([
    [40, [0.5, 0.2, 0.05]],
    [400, [0.5, 0.1]],
    [2000, [0.05]],
    [30, [1, 0.1]],
    [300, [0.9]],
  ])('covers the number in at least 19 of 20 draws, of %d with rates %j', (size, rates) => {
    const random = randomOf(size);
    const next = (): number => random() / 2 ** 32;
    const draws = 400;
    let covered = 0;
    for (let draw = 0; draw < draws; draw++) {
      const weights = Array.from({ length: size }, (_, index) => rates[index % rates.length]!).flatMap(
        (rate) => (next() < rate ? [1 / rate] : []),
      );
      const { from, to } = intervalOfSum(weights, Math.min(...rates));
      if (from <= size && size <= to) covered++;
    }
    expect(covered / draws).toBeGreaterThan(0.94);
  });
});
