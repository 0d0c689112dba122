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
  ['not certain', 0.67, 0.51, 0.88, []],
  ['not certain', 1.4, 1.1, 1.8, []],
  ['no', 0.67, 0.4, 1.1, []],
  ['perhaps', 0.4, 0.3, 0.6, []],
  ['differs', 0.67, 0.51, 0.88, ['p50']],
] as const)('says “%s” of a ratio of %d, between %d and %d', (words, ratio, low, high, differs) => {
  const p50 = { ratio, low, high, chance: 0.01 };
  const row: ComparedSeries = {
    type: 'http',
    name: 'GET /',
    before: SIDE,
    after: SIDE,
    p50,
    p95: undefined,
    differs,
  };
  expect(certainty(row, 'p50')).toBe(words);
  expect(certainty(row, 'p95')).toBe('no');
});
