import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { metricsDocument, type MetricsDocument } from '../../../../src/observatory/facts/metrics-document.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { FakeTelemetry } from '../fake-telemetry.ts';

let running: Server | undefined;
afterEach(() => {
  running?.closeAllConnections();
  running?.close();
});

async function ask(
  telemetry: FakeTelemetry,
  query = '',
): Promise<{
  status: number;
  cache: string | null;
  body: MetricsDocument & { summary: string; error?: { message: string } };
}> {
  const { server, origin } = await serveObservatory(telemetry);
  running = server;
  const response = await fetch(`${origin}/admin/metrics${query}`);
  return {
    status: response.status,
    cache: response.headers.get('cache-control'),
    body: (await response.json()) as MetricsDocument & { summary: string },
  };
}

describe('GET /admin/metrics', () => {
  it('has the documented shape', async () => {
    const { body, cache } = await ask(new FakeTelemetry());
    expect(cache).toBe('no-store');
    expect(Object.keys(body)).toEqual([
      'summary',
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
      message: 'connect ECONNREFUSED 127.0.0.1:4318',
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
    const telemetry = new FakeTelemetry();
    const all = await ask(telemetry);
    expect(all.body.operations.http.count).toBe(telemetry.operations().http.count);
    running?.close();
    const hour = await ask(telemetry, '?from=-1h');
    expect(hour.body.operations.http.count).toBe(
      telemetry.operations({ fromMillis: telemetry.now() - 3_600_000, toMillis: telemetry.now() + 1 }).http
        .count,
    );
    expect(hour.body.operations.http.count).toBeLessThan(all.body.operations.http.count);
  });

  it('refuses a range that it cannot read, with what is right', async () => {
    const { status, body } = await ask(new FakeTelemetry(), '?from=-1fortnight');
    expect(status).toBe(400);
    expect(body.error?.message).toBe(
      '“-1fortnight” is not a time. Write from=-1h, or an instant such as 2026-11-23T13:00.',
    );
  });

  it('opens with the overview’s sentence', async () => {
    expect((await ask(new FakeTelemetry({ empty: true, startedMillisAgo: 40_000 }))).body.summary).toBe(
      'Quiet. No requests since the start 40 seconds ago.',
    );
  });

  it('is of zeros, not of gaps, before anything happened', () => {
    const { operations } = metricsDocument(new FakeTelemetry({ empty: true }));
    expect(operations.http).toMatchObject({ count: 0, errors: 0, duration_ms: { avg: 0, p99: 0 }, kept: 0 });
  });
});
