import { describe, expect, it } from '@jest/globals';
import { dateText, monthName } from '../../../src/markup/dates.ts';
import { textDirection } from '../../../src/markup/text-direction.ts';

const MILLIS = Date.UTC(2026, 8, 4, 23, 59);

describe('dateText', () => {
  it.each([
    ['en', 'long', '4 September 2026'],
    ['en', 'short', '4 Sep 2026'],
    ['en', 'month', 'September 2026'],
    ['de', 'long', '4. September 2026'],
    ['no such language!', 'long', '4 September 2026'],
  ] as const)('%s, %s', (language, style, text) => {
    expect(dateText(MILLIS, language, style)).toBe(text);
  });
});

describe('monthName', () => {
  it('is the month in the language', () => {
    expect([monthName(3, 'de', 'long'), monthName(9, 'en', 'short'), monthName(12, 'fr', 'long')]).toEqual([
      'März',
      'Sep',
      'décembre',
    ]);
  });
});

describe('textDirection', () => {
  it.each([
    ['en', 'ltr'],
    ['ar', 'rtl'],
    ['he-IL', 'rtl'],
    ['az', 'ltr'],
    ['az-Arab', 'rtl'],
    ['ur-Latn', 'ltr'],
    ['', 'ltr'],
  ])('%s is %s', (language, direction) => {
    expect(textDirection(language)).toBe(direction);
  });
});
