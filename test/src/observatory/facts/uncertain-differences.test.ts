import { expect, it } from '@jest/globals';
import type { ComparedSeries } from '../../../../src/observatory/facts/compared-series.ts';
import { certainty, clearest } from '../../../../src/observatory/facts/uncertain-differences.ts';

const SIDE = {
  count: 100,
  errors: 0,
  clientErrors: 0,
  perSecond: 1,
  totalMillis: 1000,
  durationMillis: { p50: 10, p75: 15, p95: 20 },
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
      p75: undefined,
      p95: undefined,
      rate: undefined,
      differs: words === 'differs' ? ['p50'] : [],
    };
    expect(certainty(row, 'p50')).toBe(words);
    expect(certainty(row, 'p95')).toBe('no');
  },
);

it.each([
  ['p95', { p50: 3, p75: 4, p95: 5 }],
  ['p75', { p50: 1.2, p75: 20, p95: 5 }],
  ['p50', { p50: 9, p75: 2, p95: 3 }],
  ['p50', { p50: 15, p75: 20, p95: 9 }],
] as const)('tells %s of the ratios %o', (told, ratios) => {
  const ratioOf = (what: keyof typeof ratios): NonNullable<ComparedSeries['p50']> => ({
    ratio: ratios[what],
    low: ratios[what] / 1.1,
    high: ratios[what] * 1.1,
    chance: 1e-9,
  });
  const row: ComparedSeries = {
    type: 'http',
    name: 'GET /',
    before: SIDE,
    after: SIDE,
    p50: ratioOf('p50'),
    p75: ratioOf('p75'),
    p95: ratioOf('p95'),
    rate: undefined,
    differs: ['p95', 'p75', 'p50'],
  };
  expect(clearest(row, row.differs)).toBe(told);
});
