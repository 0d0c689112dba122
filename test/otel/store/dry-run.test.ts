import { afterEach, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { DryRun } from '../../../otel/query.ts';
import { isAtLeast, randomnessOfTraceId, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { activeTelemetry, startTelemetry } from '../../../otel/telemetry.ts';

const BEGAN = Date.UTC(2026, 10, 29, 9);

afterEach(() => activeTelemetry().shutdown());

/** A request with a statement and a render; `outcome` is the statement's result. */
function request(outcome: 'fine' | 'failed' | 'slow'): string {
  const tracer = trace.getTracer('test');
  const millis = outcome === 'slow' ? 3000 : 20;
  const root = tracer.startSpan(
    'GET',
    {
      kind: SpanKind.SERVER,
      startTime: BEGAN,
      attributes: { 'http.request.method': 'GET', 'http.route': '/:slug', 'http.response.status_code': 200 },
    },
    ROOT_CONTEXT,
  );
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  const statement = tracer.startSpan(
    'SELECT posts',
    {
      kind: SpanKind.CLIENT,
      startTime: BEGAN + 1,
      attributes: { 'db.system.name': 'sqlite', 'db.query.text': 'SELECT * FROM posts' },
    },
    inside,
  );
  if (outcome === 'failed') statement.setStatus({ code: SpanStatusCode.ERROR });
  statement.end(BEGAN + 1 + (outcome === 'slow' ? 2000 : 5));
  tracer.startSpan('work', { startTime: BEGAN + 8 }, inside).end(BEGAN + 9);
  root.end(BEGAN + millis);
  return root.spanContext().traceId;
}

async function tried(values: Record<string, string>): Promise<DryRun> {
  const trial = await activeTelemetry().control.trySettings({ values });
  if ('problems' in trial) throw new Error(JSON.stringify(trial.problems));
  return trial.dryRun!;
}
const totalOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('a dry run over the traces that memory holds', () => {
  it('reproduces what the settings in force kept, and decides the rest as the verdict would', async () => {
    await context.with(ROOT_CONTEXT, () => startTelemetry({ env: {}, log: () => {} }));
    const fine = Array.from({ length: 200 }, () => request('fine'));
    for (let i = 0; i < 7; i++) request('failed');
    for (let i = 0; i < 5; i++) request('slow');
    const dryRun = await tried({ METRICS_SAMPLING_RATE: '0.3' });
    expect(dryRun).toMatchObject({ traces: 212, held: 212, operations: 636, gone: 0, remote: 0 });
    expect(dryRun.now).toMatchObject({ traces: 212, kept: { http: 212, database: 212, other: 212 } });
    expect(totalOf(dryRun.now.dropped)).toBe(0);

    const byRate = fine.filter((id) => isAtLeast(randomnessOfTraceId(id), thresholdOf(0.3))).length;
    expect(byRate).toBeGreaterThan(20);
    expect(dryRun.proposed.traces).toBe(byRate + 12);
    expect(dryRun.proposed.kept).toMatchObject({
      http: byRate + 12,
      database: byRate + 12,
      other: byRate + 12,
    });
    // A slow statement makes its request slow, too.
    expect(dryRun.proposed.rules.error).toEqual({ seen: 7, kept: 7, dropped: 0 });
    expect(dryRun.proposed.rules.slow).toEqual({ seen: 10, kept: 10, dropped: 0 });
    expect(dryRun.proposed.rules.http.dropped).toBe(200 - byRate);
    expect(totalOf(dryRun.proposed.kept) + totalOf(dryRun.proposed.dropped)).toBe(636);
    expect(totalOf(dryRun.proposed.reasons)).toBe(totalOf(dryRun.proposed.kept));
  });

  it('asks rules and targets as the verdict does, in the order in which the traces ended', async () => {
    await context.with(ROOT_CONTEXT, () => startTelemetry({ env: {}, log: () => {} }));
    for (let i = 0; i < 200; i++) request(i % 20 === 0 ? 'failed' : 'fine');
    const ruled = await tried({ METRICS_RULES: 'route=/:slug type=database: never\r\nroute=/:slug: 0\r\n' });
    expect(ruled.proposed).toMatchObject({
      traces: 0,
      exportedTraces: 0,
      dropped: { http: 200, database: 200, other: 200 },
    });
    expect(ruled.proposed.named).toEqual([
      { name: 'route=/:slug type=database: never', seen: 200, kept: 0, dropped: 200 },
      { name: 'route=/:slug: 0', seen: 400, kept: 0, dropped: 400 },
    ]);
    const aimed = await tried({ METRICS_SAMPLING_RATE: '0', METRICS_TARGET: '2' });
    expect(aimed.proposed.traces).toBeGreaterThan(10);
    expect(aimed.proposed.traces).toBeLessThan(60);
    expect(aimed.proposed.named).toMatchObject([{ name: 'target' }]);
  });

  it('changes neither the counts of operations nor what is held', async () => {
    const { query } = await startTelemetry({ env: {}, log: () => {} });
    for (let i = 0; i < 60; i++) request('failed');
    const before = [query.spans(), query.sampling(), query.traces().total, query.buffer().bytes];
    await tried({ METRICS_SAMPLING_RATE: '0', METRICS_WHOLE_TRACE_ON_ERROR: 'false' });
    expect([query.spans(), query.sampling(), query.traces().total, query.buffer().bytes]).toEqual(before);
    expect(query.faults()).toEqual([]);
  });

  it('shows a threshold, whole traces and export rates separately', async () => {
    await startTelemetry({ env: { METRICS_SAMPLING_RATE: '1' }, log: () => {} });
    for (let i = 0; i < 10; i++) request('slow');
    const threshold = await tried({
      METRICS_SAMPLING_RATE: '0',
      METRICS_SLOW_REQUEST_THRESHOLD: '3.001',
      METRICS_SLOW_QUERY_THRESHOLD: '2',
    });
    expect(threshold.proposed.reasons).toMatchObject({ slow: 10, trace: 20, ancestor: 0 });
    const alone = await tried({ METRICS_SAMPLING_RATE: '0', METRICS_WHOLE_TRACE_ON_ERROR: 'false' });
    expect(alone.proposed.kept).toMatchObject({ http: 10, database: 10, other: 0 });
    const exported = await tried({
      METRICS_EXPORT_SAMPLING_RATE: '0',
      METRICS_SLOW_REQUEST_THRESHOLD: '4',
      METRICS_SLOW_QUERY_THRESHOLD: '4',
    });
    expect([exported.now.exportedTraces, exported.proposed.exportedTraces, exported.proposed.traces]).toEqual(
      [10, 0, 10],
    );
  });

  it('reports how many operations cannot be decided again, and predicts the volume of everything counted', async () => {
    await startTelemetry({ env: { METRICS_SAMPLING_RATE: 'database=0,other=0' }, log: () => {} });
    const tracer = trace.getTracer('test');
    for (let i = 0; i < 40; i++) {
      const attributes = { 'http.request.method': 'GET', 'http.route': '/' };
      const root = tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
      const inside = trace.setSpan(ROOT_CONTEXT, root);
      tracer.startSpan('work', {}, inside).end();
      root.end();
    }
    const dryRun = await tried({ METRICS_SAMPLING_RATE: '0.5' });
    expect(dryRun).toMatchObject({ operations: 40, gone: 40 });
    expect(dryRun.expected!.types).toMatchObject({
      http: { count: 40, keptNow: 40, keptProposed: 20 },
      other: { count: 40, keptNow: 0, keptProposed: 20 },
    });
  });
});
