import { expect, it } from '@jest/globals';
import type { ComparedSeries } from '../../../../src/observatory/facts/compared-series.ts';
import { certainty } from '../../../../src/observatory/facts/uncertain-differences.ts';

const SIDE = {
  count: 100,
  errors: 0,
  clientErrors: 0,
  perSecond: 1,
  totalMillis: 1000,
  durationMillis: { p50: 10, p95: 20 },
};

it.each([
  ['no', 0.67, 0.4, 1.1, 0.01],
  ['no', 2.5, 0.9, 6, 0.03],
  ['perhaps', 2.5, 0.9, 6, 0.015],
  ['perhaps', 0.4, 0.1, 1.2, 0.01],
  ['differs', 0.67, 0.51, 0.88, 0.0001],
] as const)(
  'says “%s” of a ratio of %d, between %d and %d, of chance %d',
  (words, ratio, low, high, chance) => {
    const p50 = { ratio, low, high, chance };
    const row: ComparedSeries = {
      type: 'http',
      name: 'GET /',
      before: SIDE,
      after: SIDE,
      p50,
      p95: undefined,
      rate: undefined,
      differs: words === 'differs' ? ['p50'] : [],
    };
    expect(certainty(row, 'p50')).toBe(words);
    expect(certainty(row, 'p95')).toBe('no');
  },
);
