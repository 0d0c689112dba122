import { beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { addressesOf } from '../../fixtures/page-addresses.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { PAGES } from '../../../src/observatory/pages/all-pages.ts';
import type { SpanSketch } from '../../fixtures/trace-sketches.ts';

const SERIES = 500;
const MAX_COMPRESSED = 150 * 1024;
const MAX_BYTES = 300 * 1024;

const routeOf = (i: number): string => `/${['posts', 'tags', 'media', 'feeds'][i % 4]}/part-${i}/:slug`;
const statementOf = (i: number): string =>
  `SELECT id, path, title, published_at, description FROM part_${i} JOIN tags ON tags.post_id = part_${i}.id WHERE published_at < ? ORDER BY published_at DESC LIMIT ?`;

/** A request to a route of its own, with a statement of its own; every one of them slow, every second one failed. */
function visit(i: number): readonly SpanSketch[] {
  const failed = i % 2 === 0;
  return [
    {
      name: `GET ${routeOf(i)}`,
      type: 'http',
      at: 0,
      millis: 1500 + i,
      attributes: {
        'url.path': `/posts/part-${i}/a-long-name-of-a-post-that-nobody-shortens`,
        'http.response.status_code': failed ? 500 : 404,
        'user_agent.original': 'Mozilla/5.0 Gecko/20100101 Firefox/145.0',
      },
      ...(failed && {
        error: `Broken by ${i}`,
        events: [{ name: 'exception', at: 1, attributes: { 'exception.type': `Error${i}` } }],
      }),
    },
    {
      name: `SELECT part_${i} tags`,
      type: 'database',
      at: 1,
      millis: 600,
      attributes: { 'db.query.text': statementOf(i), 'db.query.summary': `SELECT part_${i} tags` },
    },
  ];
}

describe('a blog of 500 routes and 500 statements', () => {
  let base: string;
  beforeAll(async () => {
    const happened = Array.from({ length: SERIES }, (_, i) => ({
      startMillis: NOW - 3_000_000 + i * 5000,
      spans: visit(i),
    }));
    const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
    base = `${origin}/admin/metrics-dashboard`;
  });

  const get = async (path: string): Promise<string> =>
    (await fetch(base + path, { headers: { accept: 'text/html' } })).text();

  it.each([
    ...PAGES.map(({ path }) => addressesOf(path)[0]),
    '/routes?part=5&sort=p99_ms',
    `/route?${new URLSearchParams({ name: `GET ${routeOf(7)}` })}`,
    `/statement?${new URLSearchParams({ name: statementOf(7) })}`,
    `/slow?${new URLSearchParams({ type: 'http', series: `GET ${routeOf(7)}` })}`,
    '/traces?q=status:5xx',
  ])('weighs at most 300 KB, 150 KB compressed, on %s', async (path) => {
    const text = await get(path);
    expect(text).toContain('</html>');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
    expect(gzipSync(text).byteLength).toBeLessThanOrEqual(MAX_COMPRESSED);
  });

  it.each([
    ['/routes', 'Routes'],
    ['/queries', 'Statements'],
    ['/slow?type=http', 'Slow operations by route and statement'],
  ])('shows each row of %s on one page of its table, in order', async (path, caption) => {
    const seen: string[] = [];
    let next: string | undefined = path;
    while (next !== undefined) {
      const text = await get(next);
      const [, table = ''] = text.split(`aria-label="${caption}"`);
      const rows = [...table.split('</table>')[0]!.matchAll(/<tr data-key="([^"]+)"/g)];
      expect(rows.length).toBe(100);
      seen.push(...rows.map((match) => match[1]!));
      const [, href] = /<a rel="next" href="([^"]+)"/.exec(text) ?? [];
      next = href?.replaceAll('&amp;', '&').replace(/^.*metrics-dashboard/, '');
    }
    expect([seen.length, new Set(seen).size]).toEqual([SERIES, SERIES]);
  });

  it('finds rows by words of their names, in the CSV, too, and says of how many', async () => {
    const text = await get('/routes?find=MEDIA+part-49&part=3');
    expect([...text.matchAll(/<tr data-key="([^"]+)"/g)].map((match) => match[1])).toEqual([
      'GET /media/part-498/:slug',
      'GET /media/part-494/:slug',
      'GET /media/part-490/:slug',
    ]);
    expect(wordsOf(text)).toContain('1 to 3 of 3 found in 500');
    const csv = await (await fetch(`${base}/routes?find=MEDIA+part-49&format=csv`)).text();
    expect(csv.trimEnd().split('\r\n')).toHaveLength(4);
    expect(await get('/routes?find=nowhere')).toContain('No route has these words.');
    expect(wordsOf(await get('/queries?find=part_77+tags'))).toContain('1 to 1 of 1 found in 500');
    expect(wordsOf(await get('/failures?find=Error42'))).toContain('found in 250');
  });
});
