import { describe, expect, it } from '@jest/globals';
import { decodeHistograms, decodeMetricNames, decodeSpans } from './export/decode-otlp.ts';
import type { Receiver } from './export/receivers.ts';
import { httpReceiver, refusingUrl, socketReceiver } from './export/receivers.ts';
import { reportOf } from './run-program.ts';

function spansOf(receiver: Receiver) {
  return receiver.bodies.filter(({ path }) => path === '/v1/traces').flatMap(({ body }) => decodeSpans(body));
}

describe('telemetry with a good OTLP receiver', () => {
  it('exports whole traces with service name, parents and weight, and none of its own requests', async () => {
    await using receiver = await httpReceiver();
    const report = await reportOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'my-blog',
    });
    const spans = spansOf(receiver);
    expect(report.exports[0]).toMatchObject({ sent: 16, failed: 0, queued: 0, dropped: 0 });
    expect(report.counts).toEqual({ http: 5, database: 6, render: 5, other: 0 });
    expect(spans).toHaveLength(16);
    expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['my-blog']));
    expect(new Set(spans.map(({ traceState }) => traceState))).toEqual(new Set(['ot=th:0']));
    const roots = spans.filter(({ kind, name }) => kind === 2 && name.startsWith('GET'));
    expect(roots).toHaveLength(5);
    for (const root of roots) {
      const trace = spans.filter(({ traceId }) => traceId === root.traceId);
      expect(root.parentSpanId).toBe('');
      expect(trace.map(({ name }) => name).sort()).toEqual(['GET', 'SELECT posts', 'render post']);
      expect(trace.filter(({ parentSpanId }) => parentSpanId === root.spanId)).toHaveLength(2);
    }
  });

  it('exports RED as exponential histograms of every operation, sampled or not, and the business counters', async () => {
    await using receiver = await httpReceiver();
    await reportOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, METRICS_SAMPLING_RATE: '0' });
    const bodies = receiver.bodies.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body);
    const last = bodies.at(-1)!;
    const names = decodeMetricNames(last).filter(
      (name) => !/^(?:otel|nodejs|v8js|process|telemetry)\./.test(name),
    );
    expect(names.sort()).toEqual([
      'db.client.operation.duration',
      'http.server.active_requests',
      'http.server.request.duration',
      'program.starts',
      'render.duration',
    ]);
    const points = decodeHistograms(last);
    const select = points.find(({ attributes }) => attributes['db.query.summary'] === 'SELECT posts');
    expect(select).toMatchObject({ metric: 'db.client.operation.duration', unit: 's', count: 5, scale: 5 });
    expect(select?.bucketCounts.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(select?.sum).toBeGreaterThanOrEqual(5 * (select?.min ?? Infinity));
    expect(select?.sum).toBeLessThanOrEqual(5 * (select?.max ?? 0));
    expect(points.find(({ metric }) => metric === 'http.server.request.duration')?.count).toBe(5);
    expect(spansOf(receiver)).toEqual([]);
  });

  it('has its own rate for export', async () => {
    await using receiver = await httpReceiver();
    const report = await reportOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      METRICS_EXPORT_SAMPLING_RATE: '0',
    });
    expect(report.traces).toBe(6);
    expect(report.exports[0]).toMatchObject({ signal: 'traces', sent: 0, failed: 0 });
  });

  it('exports only metrics if only their endpoint is set', async () => {
    await using receiver = await httpReceiver();
    const report = await reportOf({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/own` });
    expect(report.exports).toMatchObject([{ signal: 'metrics', failed: 0, rejected: 0, dropped: 0 }]);
    expect(report.exports[0]?.sent).toBeGreaterThan(0);
    expect(new Set(receiver.bodies.map(({ path }) => path))).toEqual(new Set(['/own']));
  });
});

describe('telemetry with a dead OTLP receiver', () => {
  it.each([
    ['nobody listens', async () => ({ url: await refusingUrl(), async [Symbol.asyncDispose]() {} })],
    ['a black hole', () => socketReceiver()],
    ['503', () => httpReceiver((response) => response.writeHead(503).end())],
    ['a slow drip', () => httpReceiver((response) => setInterval(() => response.write('.'), 20).unref())],
  ])('%s: answers come, the pages keep everything, and flush and shutdown end', async (_name, receive) => {
    await using receiver = await receive();
    const report = await reportOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '1',
    });
    expect(report.counts).toEqual({ http: 5, database: 6, render: 5, other: 0 });
    expect(report.traces).toBe(6);
    const [spans] = report.exports;
    expect(spans).toMatchObject({ accepted: 16, sent: 0, failed: 0, queued: 16 });
    expect(spans?.lastError?.message).not.toBe('');
    expect(report.afterShutdown[0]).toMatchObject({ queued: 0, droppedBy: { stopped: 16 } });
  });
});
