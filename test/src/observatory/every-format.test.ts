import { beforeAll, describe, expect, it } from '@jest/globals';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { addressesOf } from '../../fixtures/page-addresses.ts';
import { PAGES } from '../../../src/observatory/pages/all-pages.ts';

/** By page: a fact that its JSON has, and a column of its CSV; undefined for pages without a table of their own. */
const FORMATS: Readonly<Record<string, readonly [string, string | undefined]>> = {
  '': ['metrics', 'route'],
  '/limits': ['live', undefined],
  '/changes': ['rows', 'p95_ms_before'],
  '/objectives': ['objectives', 'budget_left'],
  '/alerts': ['rules', 'threshold'],
  '/content': ['business', 'metric'],
  '/process': ['runtime', 'rss_bytes'],
  '/stalls': ['groups', 'worst_ms'],
  '/downtime': ['rows', 'length'],
  '/profiles': ['shown', 'caused_ms'],
  '/heap-profiles': ['shown', 'allocated_bytes'],
  '/routes': ['routes', 'p99_ms'],
  '/route': ['slowest', 'trace_id'],
  '/queries': ['statements', 'statement'],
  '/statement': ['calls', 'duration_ms'],
  '/slow': ['rows', 'operation'],
  '/failures': ['groups', 'failure'],
  '/not-found': ['addresses', 'address'],
  '/logs': ['store', 'trace_id'],
  '/traces': ['rows', 'trace_id'],
  '/traces/compare': ['operations', 'more_ms'],
  '/traces/import': ['rows', undefined],
  '/traces/imported/:traceId': ['trace', undefined],
  '/traces/:traceId': ['trace', undefined],
  '/sampling': ['settings', 'setting'],
  '/sampling/change': ['live', undefined],
  '/export': ['exports', undefined],
  '/buffer': ['buffer', 'place'],
  '/keys': ['groups', 'keys'],
};
/** Address, fact, column; a page that is missing above fails. */
const ROWS = PAGES.map(({ path }) => [addressesOf(path)[0], ...(FORMATS[path] ?? ['', undefined])] as const);

describe('every page', () => {
  let base: string;
  beforeAll(async () => {
    const { origin } = await serveObservatory(busyBlog().telemetry);
    base = `${origin}/admin/metrics-dashboard`;
  });
  const address = (path: string, format: string): string =>
    `${base}${path}${path.includes('?') ? '&' : '?'}format=${format}`;

  it.each(ROWS)('%s answers its facts as JSON, by header and by address alike', async (path, fact) => {
    const byHeader = await fetch(`${base}${path}`, { headers: { accept: 'application/json' } });
    const byAddress = await fetch(address(path, 'json'));
    for (const response of [byHeader, byAddress]) {
      // Nobody has imported a trace.
      expect(response.status).toBe(path.includes('/imported/') ? 404 : 200);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const body = (await response.json()) as { summary: string; facts: Record<string, unknown> };
      expect(body.summary.length).toBeGreaterThan(5);
      expect(body.facts).toHaveProperty([fact]);
    }
  });

  it.each(ROWS.filter(([, , column]) => column !== undefined))(
    '%s answers its table as CSV',
    async (path, _, column) => {
      const response = await fetch(address(path, 'csv'));
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+\.csv"$/);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const [head = '', ...rows] = (await response.text()).trimEnd().split('\r\n');
      expect(head.split(',')).toContain(column);
      const width = head.split(',').length;
      for (const row of rows) expect(row.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/g)).toHaveLength(width);
    },
  );

  it.each(ROWS)('%s is never kept by a cache', async (path) => {
    const response = await fetch(`${base}${path}`, { headers: { accept: 'text/html' } });
    await response.text();
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(['etag', 'last-modified', 'expires'].map((name) => response.headers.get(name))).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('of failures has the stack of the newest of each group', async () => {
    const text = await (await fetch(`${base}/failures`, { headers: { accept: 'text/html' } })).text();
    expect(text).toMatch(/<summary>stack<\/summary>\s*<pre[^>]*>\s*<code\s*>[^<]+\n\s+at /);
  });
});
