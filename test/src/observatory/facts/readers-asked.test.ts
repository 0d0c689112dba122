import { describe, expect, it } from '@jest/globals';
import type { SeriesLine } from '../../../../src/observatory/facts/series-lines.ts';
import { readersAsked } from '../../../../src/observatory/facts/readers-asked.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';

const NOTHING = new MeasuredBlog().telemetry.operations().http;
const line = (name: string, count: number, more: Partial<SeriesLine> = {}): SeriesLine => ({
  ...NOTHING,
  type: 'http',
  name,
  count,
  perSecond: count / 100,
  timeShare: 0,
  course: [count, 0],
  ...more,
});

describe('readersAsked', () => {
  it('groups routes by kind, most requested first, without the owner’s', () => {
    const asked = readersAsked([
      line('GET /:path', 50),
      line('unknown paths', 40),
      line('HEAD /:path', 10),
      line('GET /feed.rss', 20),
      line('GET /feed.atom', 10, { course: [1, 2, 3] }),
      line('GET /feeds.opml', 1),
      line('GET /admin/posts', 900),
      line('POST /admin/sign-in', 5),
      line('GET /', 9),
    ]);
    expect(asked.map(({ kind, count }) => [kind, count])).toEqual([
      ['posts', 60],
      ['unknown paths', 40],
      ['feeds', 30],
      ['front page', 9],
      ['sitemap, robots', 1],
    ]);
    expect(asked[0]).toMatchObject({ perSecond: 0.6, countShare: 60 / 140 });
    expect(asked[2]!.course).toEqual([21, 2, 3]);
  });

  it('is empty without requests', () => expect(readersAsked([])).toEqual([]));
});
