import { cpSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import type { RawAnswer } from '../fixtures/raw-request.ts';
import { BlogProcess } from './blog-process.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PATHS = [
  '/',
  '/about',
  '/archive',
  '/tags',
  '/feed.rss',
  '/feed.json',
  '/search?q=glass',
  '/nowhere',
  '/health',
  '/assets/site.css',
];
/** What no two answers share: the request's own id and the time. */
const OWN_HEADERS = ['x-request-id', 'date', 'last-modified'];

function comparable({ status, headers, body }: RawAnswer): unknown {
  const shared = Object.entries(headers).filter(([name]) => !OWN_HEADERS.includes(name));
  const text = body
    .toString()
    .replaceAll(/127\.0\.0\.1:\d+/g, 'host')
    .replaceAll(String(headers['x-request-id']), 'id');
  // Addresses with a port of their own are in the page, so its ETag differs too.
  return {
    status,
    headers: Object.fromEntries(shared.filter(([name]) => name !== 'etag' && name !== 'content-length')),
    text,
  };
}

describe('the blog with telemetry at every rate, and without', () => {
  const blogs: Record<string, BlogProcess> = {};
  beforeAll(async () => {
    // One folder serves one blog: each gets a copy of the same first start.
    const first = temporaryFolder();
    await (await BlogProcess.start(first)).stop();
    for (const [name, env] of Object.entries<Record<string, string>>({
      on: { METRICS_SAMPLING_RATE: '1', METRICS_TRUSTED_CONTEXT: 'loopback' },
      zero: { METRICS_SAMPLING_RATE: '0' },
      off: { METRICS_ENABLED: 'false' },
    })) {
      const dataDir = temporaryFolder();
      cpSync(first, dataDir, { recursive: true });
      blogs[name] = await BlogProcess.start(dataDir, env);
    }
  });
  afterAll(async () => {
    await Promise.all(Object.values(blogs).map((blog) => blog.stop()));
  });

  it.each(PATHS)('answers %s the same', async (path) => {
    const [on, zero, off] = await Promise.all([
      blogs['on']!.ask(path),
      blogs['zero']!.ask(path),
      blogs['off']!.ask(path),
    ]);
    expect(comparable(zero)).toEqual(comparable(off));
    expect(comparable(on)).toEqual(comparable(off));
    for (const { headers } of [on, zero, off]) expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says on its metrics that telemetry is off', async () => {
    const { sampling, operations } = await blogs['off']!.metrics<MetricsDocument>();
    expect(sampling.enabled).toBe(false);
    expect(operations.http.count).toBe(0);
  });

  it('never takes an inbound X-Request-ID for its own', async () => {
    const { headers } = await blogs['on']!.ask('/', { headers: { 'x-request-id': 'mine' } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('continues the trace of a trusted client only', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const ids = await Promise.all(
      ['on', 'zero', 'off'].map(
        async (name) => (await blogs[name]!.ask('/', { headers })).headers['x-request-id'],
      ),
    );
    expect(ids.map((id) => id === traceId)).toEqual([true, false, false]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});
