import { describe, expect, it } from '@jest/globals';
import { metricsDocument, type MetricsDocument } from '../../../../src/observatory/facts/metrics-document.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { exportFacts } from '../../../fixtures/export-facts.ts';
import { busyBlog } from '../../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { HOUR_MILLIS, NOW } from '../../../fixtures/still-runtime.ts';
import { PLAIN } from '../../../fixtures/trace-sketches.ts';

/** No receiver is at hand. */
const REFUSED = exportFacts({
  sent: 9032,
  failed: 12,
  queued: 4,
  lastError: { atMillis: NOW - 3 * HOUR_MILLIS, message: 'nothing listens at 127.0.0.1:4318 (ECONNREFUSED)' },
  lastSuccessMillis: NOW - 4000,
});

async function ask(
  { telemetry }: MeasuredBlog,
  query = '',
): Promise<{
  status: number;
  cache: string | null;
  body: MetricsDocument & { summary: string; error?: { message: string } };
}> {
  const { origin } = await serveObservatory(telemetry);
  const response = await fetch(`${origin}/admin/metrics${query}`);
  return {
    status: response.status,
    cache: response.headers.get('cache-control'),
    body: (await response.json()) as MetricsDocument & { summary: string },
  };
}

describe('GET /admin/metrics', () => {
  it('has the documented shape', async () => {
    const blog = busyBlog();
    blog.telemetry.export = () => [REFUSED];
    blog.counter('glasshouse.posts.created').add(12);
    blog.counter('glasshouse.posts.updated').add(31);
    blog.counter('glasshouse.posts.deleted').add(1);
    for (const [format, requests] of Object.entries({ rss: 400, atom: 250, json: 100 }))
      blog.counter('glasshouse.feed.requests').add(requests, { 'glasshouse.feed.format': format });
    blog.counter('glasshouse.post.reads').add(1204, { 'glasshouse.post.path': '2026/03/glass & light' });
    blog.counter('glasshouse.post.reads').add(37, { 'glasshouse.post.path': 'about' });
    blog.counter('glasshouse.cache.hits').add(741, { cache: 'feed' });
    blog.counter('glasshouse.cache.misses').add(9, { cache: 'feed' });
    const { body, cache } = await ask(blog);
    expect(cache).toBe('no-store');
    expect(Object.keys(body)).toEqual([
      'summary',
      'limits',
      'range',
      'process',
      'sampling',
      'operations',
      'buffer',
      'spans',
      'export',
      'business',
    ]);
    expect(Object.keys(body.process)).toEqual([
      'pid',
      'uptime_seconds',
      'rss_bytes',
      'heap_used_bytes',
      'event_loop_delay_p99_ms',
      'event_loop_delay_max_ms',
      'cpu_utilization',
      'open_files',
      'open_files_limit',
    ]);
    expect(Object.keys(body.operations)).toEqual(['http', 'database', 'render', 'other']);
    expect(Object.keys(body.operations.http)).toEqual(
      expect.arrayContaining(['count', 'errors', 'duration_ms', 'kept', 'rate']),
    );
    expect(Object.keys(body.operations.http.duration_ms)).toEqual(
      expect.arrayContaining(['avg', 'min', 'max', 'p50', 'p95', 'p99']),
    );
    expect(body.export.last_error).toEqual({
      at: '2026-11-23T10:50:20.000Z',
      message: 'nothing listens at 127.0.0.1:4318 (ECONNREFUSED)',
    });
    expect(body.business).toEqual({
      posts_created: 12,
      posts_updated: 31,
      posts_deleted: 1,
      posts_read: 1241,
      feeds: { rss: 400, atom: 250, json: 100 },
      cache: { hits: 741, misses: 9 },
    });
  });

  it('counts since start, or since ?from=', async () => {
    const happened = Array.from({ length: 180 }, (_, minutesAgo) => ({
      startMillis: NOW - (minutesAgo + 0.5) * 60_000,
      spans: PLAIN,
    }));
    const blog = new MeasuredBlog({ happened });
    expect((await ask(blog)).body.operations.http.count).toBe(180);
    expect((await ask(blog, '?from=-1h')).body.operations.http.count).toBe(60);
  });

  it('refuses a range that it cannot read, with what is right', async () => {
    const { status, body } = await ask(new MeasuredBlog(), '?from=-1fortnight');
    expect(status).toBe(400);
    expect(body.error?.message).toBe(
      '“-1fortnight” is not a time. Write from=-1h, or an instant such as 2026-11-23T13:00.',
    );
  });

  it('opens with the overview’s sentence', async () => {
    expect((await ask(new MeasuredBlog({ startedMillisAgo: 40_000 }))).body.summary).toBe(
      'Quiet. No requests since the start 40 seconds ago.',
    );
  });

  it('has zeros, not gaps, before anything happened', () => {
    const { operations } = metricsDocument(new MeasuredBlog().telemetry);
    expect(operations.http).toMatchObject({ count: 0, errors: 0, duration_ms: { avg: 0, p99: 0 }, kept: 0 });
  });
});
