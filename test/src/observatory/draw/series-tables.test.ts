import { describe, expect, it } from '@jest/globals';
import { perSecond, rateCell } from '../../../../src/observatory/draw/series-tables.ts';

const plain = (html: unknown): string =>
  String(html)
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s/g, ' ');

describe('a rate', () => {
  it('is “once” for a single operation, as a rate needs two', () => {
    expect(plain(perSecond(1, 350))).toBe('once');
    expect(plain(rateCell({ count: 1, perSecond: 1 / 350 }))).toBe('once');
    expect(plain(rateCell({ count: 2, perSecond: 2 / 350 }))).toBe('0.343 /min');
    expect(plain(perSecond(0, 350))).toBe('0 /s');
  });
});
