import { beforeAll, describe, expect, it } from '@jest/globals';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { busyBlog, SEARCH_TRACE } from '../../fixtures/busy-blog.ts';

/** Page, a fact that its JSON has, and a column of its CSV; undefined for pages without a table of their own. */
const PAGES: readonly (readonly [string, string, string | undefined])[] = [
  ['', 'metrics', 'route'],
  ['/content', 'business', 'metric'],
  ['/process', 'runtime', 'rss_bytes'],
  ['/routes', 'routes', 'p99_ms'],
  ['/route?name=GET+%2Fsearch', 'slowest', 'trace_id'],
  ['/queries', 'statements', 'statement'],
  ['/statement?name=SELECT+posts_fts', 'calls', 'duration_ms'],
  ['/slow', 'rows', 'operation'],
  ['/failures', 'groups', 'failure'],
  ['/traces', 'rows', 'trace_id'],
  [`/traces/${SEARCH_TRACE}`, 'trace', undefined],
  ['/sampling', 'settings', 'setting'],
  ['/export', 'configured', undefined],
  ['/buffer', 'buffer', 'place'],
  ['/keys', 'groups', 'keys'],
];

describe('every page', () => {
  let base: string;
  beforeAll(async () => {
    const { origin } = await serveObservatory(busyBlog().telemetry);
    base = `${origin}/admin/metrics-dashboard`;
  });
  const address = (path: string, format: string): string =>
    `${base}${path}${path.includes('?') ? '&' : '?'}format=${format}`;

  it.each(PAGES)('%s answers its facts as JSON, by header and by address alike', async (path, fact) => {
    const byHeader = await fetch(`${base}${path}`, { headers: { accept: 'application/json' } });
    const byAddress = await fetch(address(path, 'json'));
    for (const response of [byHeader, byAddress]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const body = (await response.json()) as { summary: string; facts: Record<string, unknown> };
      expect(body.summary.length).toBeGreaterThan(5);
      expect(body.facts).toHaveProperty([fact]);
    }
  });

  it.each(PAGES.filter(([, , column]) => column !== undefined))(
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

  it.each(PAGES)('%s is never kept by a cache', async (path) => {
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
