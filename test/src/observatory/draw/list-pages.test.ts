import { describe, expect, it } from '@jest/globals';
import { listPages, pageByTime, partText } from '../../../../src/observatory/draw/list-pages.ts';
import { placeText, readPlace } from '../../../../src/observatory/facts/list-place.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { wordsOf } from '../../../fixtures/page-text.ts';

const SIZE = 10;
/** Newest first; every seventh at the time of the one before. */
const timesTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => 1000.25 * (i - (i % 7 === 6 ? 1 : 0))).toReversed();
const part = (rows: readonly number[], query: Readonly<Record<string, string | undefined>> = {}) =>
  pageByTime(rows, { query }, (at) => at, SIZE);

describe('pages by time', () => {
  it('have each row once, while new ones come', () => {
    let rows = timesTo(93);
    const first = rows;
    const seen: number[] = [];
    for (let found = part(rows); ; found = part(rows, { below: found.page.next })) {
      seen.push(...found.rows);
      if (found.page.next === undefined) break;
      rows = timesTo(rows.length + 7);
    }
    expect(seen).toEqual(first);
  });

  it('lead back', () => {
    const rows = timesTo(93);
    const second = part(rows, { below: part(rows).page.next });
    const third = part(rows, { below: second.page.next });
    expect(third.page.ahead).toBeGreaterThan(2 * SIZE - 1);
    expect(part(rows, { above: third.page.previous }).rows.at(-1)).toBe(second.rows.at(-1));
    expect([part(rows).page.previous, part(timesTo(9)).page.next]).toEqual([undefined, undefined]);
  });

  it('begin at the newest for what is no time, and are empty below all', () => {
    const rows = timesTo(30);
    expect(part(rows, { below: 'x' }).rows).toEqual(part(rows).rows);
    expect(part(rows, { below: '-1' })).toMatchObject({ rows: [], page: { shown: 0, ahead: 30 } });
    expect(part([])).toMatchObject({ rows: [], page: { shown: 0, ahead: 0, total: 0 } });
  });
});

describe('links to pages', () => {
  const view = {
    links: new Links('/base', { from: '-6h' }),
    path: '/traces',
    query: { q: 'status:404', from: '-6h', below: '1-2-a', format: 'json' },
  };
  const drawn = (page: Parameters<typeof listPages>[0]): string => String(listPages(page, 'newest', view));

  it('keep range and query, and say what is shown', () => {
    const page = { shown: 100, ahead: 200, total: 450, next: '5-6-b', previous: '7-8-c' };
    const text = drawn(page);
    expect(wordsOf(text).trim()).toBe('newest previous 201 to 300 of 450 next');
    const hrefs = [...text.matchAll(/href="([^"]+)"/g)].map((match) => match[1]);
    expect(hrefs).toEqual([
      '/base/traces?q=status%3A404&amp;from=-6h',
      '/base/traces?q=status%3A404&amp;from=-6h&amp;above=7-8-c',
      '/base/traces?q=status%3A404&amp;from=-6h&amp;below=5-6-b',
    ]);
    expect(drawn({ shown: 3, ahead: 0, total: 3 })).toBe('null');
    expect(partText({ shown: 3, ahead: 0, total: 3 })).toBeUndefined();
    expect(partText({ shown: 0, ahead: 9, total: 9 })).toBe('none of 9');
  });
});

describe('a place in a list', () => {
  it('is read as it was written', () => {
    const place = { startMillis: 1796067333414.123, durationMillis: 4.635848, traceId: 'a'.repeat(32) };
    expect(readPlace(placeText(place))).toEqual(place);
    expect(readPlace(placeText({ ...place, durationMillis: 0.000_001 }))?.durationMillis).toBe(0.000_001);
  });

  it.each(['', '1', '1-2', '1-2-', '1-2-xyz', 'a-2-b', '1e5-2-b', '-1-2-b', `1-2-${'a'.repeat(99)}`])(
    'is not %j',
    (text) => expect(readPlace(text)).toBeUndefined(),
  );
});
