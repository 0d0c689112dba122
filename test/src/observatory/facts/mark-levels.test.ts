import { describe, expect, it } from '@jest/globals';
import { markLevels } from '../../../../src/observatory/facts/compared-series.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

describe('markLevels', () => {
  it('marks something on at most 5 of 100 pages on which nothing differs', () => {
    const next = randomOf(15);
    const random = (): number => next() / 2 ** 32;
    const RUNS = 4000;
    let claimed = 0;
    for (let run = 0; run < RUNS; run++) {
      const all = Array.from({ length: 60 }, () => ({ p50: random(), p95: random(), rate: random() }));
      const levelOf = markLevels(all);
      if (
        all.some(
          ({ p50, p95, rate }) => p50 <= levelOf('p50') || p95 <= levelOf('p95') || rate <= levelOf('rate'),
        )
      )
        claimed++;
    }
    // Two standard deviations more than 5 in 100.
    expect(claimed / RUNS).toBeLessThan(0.057);
    expect(claimed / RUNS).toBeGreaterThan(0.03);
  });

  it('finds as much in durations however many rates are compared beside them', () => {
    const durations = Array.from({ length: 54 }, () => ({ p50: 0.5, p95: 0.5 }));
    const slower = { p50: 0.5, p95: 0.04 / 110 };
    const alone = markLevels([slower, ...durations]);
    const beside = markLevels([slower, ...durations].map((each) => ({ ...each, rate: 0.5 })));
    expect(alone('p95')).toBe(beside('p95'));
    expect(beside('p95')).toBeGreaterThanOrEqual(slower.p95);
  });
});
