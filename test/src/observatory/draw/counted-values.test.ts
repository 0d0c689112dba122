import { describe, expect, it } from '@jest/globals';
import type { TopRow } from '../../../../otel/query.ts';
import { CLIENT_VALUES, countedValues, valuesText } from '../../../../src/observatory/draw/counted-values.ts';
import { hasLeader } from '../../../../src/observatory/facts/top-lines.ts';
import { wordsOf } from '../../../fixtures/page-text.ts';

const row = (value: string, count: number, missed = 0): TopRow => ({
  value,
  count,
  missed,
  isExact: missed === 0,
  firstMillis: 0,
  firstIsExact: missed === 0,
  lastMillis: 0,
  lastIsExact: true,
});
const words = (rows: readonly TopRow[], others: number): string =>
  wordsOf(String(countedValues({ rows, none: 0, others }, CLIENT_VALUES, (value) => value))).trim();

describe('values with their counts', () => {
  it('are exact without a sign', () => {
    expect(words([row('a', 11), row('b', 9)], 5)).toBe('a × 11 b × 9 5 of others');
  });

  it('say where more may be among the others, and where those may be more frequent', () => {
    expect(words([row('a', 11, 2), row('b', 9)], 5)).toBe('a × 11 to 13 b × 9 5 of these or others');
    expect(words([row('a', 11, 90), row('b', 9, 90)], 1415)).toBe(
      'a × 11 to 101 b × 9 to 99 1,415 of these or others, which may be more frequent',
    );
    expect(valuesText({ rows: [row('a', 11, 90), row('b', 9)], none: 0, others: 5 })).toBe(
      'a 11 to 101; b 9',
    );
  });

  it('are not said to be none where there was no room to list them', () => {
    expect(words([], 5)).toBe('5 not known');
    expect(words([], 0)).toBe('not known');
  });
});

describe('hasLeader', () => {
  it.each([
    ['exact counts', [row('a', 3), row('b', 2)], 3, true],
    ['as many others as may be one value', [row('a', 3), row('b', 2)], 4, false],
    ['a second that may have more', [row('a', 3), row('b', 2, 2)], 2, false],
    ['many others, of which none was as frequent', [row('a', 9), row('b', 2, 3)], 40, true],
    ['no value', [], 0, false],
  ])('for %s', (_, rows, others, leads) => expect(hasLeader({ rows, others })).toBe(leads));
});
