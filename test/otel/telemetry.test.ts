import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { context, metrics, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { RuntimeSampler } from '../../otel/instrumentation/runtime.ts';
import { ALL_OVER_SEEN } from '../../otel/base/cost-meter.ts';
import { activeTelemetry, startTelemetry } from '../../otel/telemetry.ts';
import { decodeMetricNames, decodeSpans } from './export/decode-otlp.ts';
import { httpReceiver } from './export/receivers.ts';

const lines: string[] = [];
const log = (line: string): void => void lines.push(line);
const start = (env: Record<string, string> = {}) => startTelemetry({ env, log });

afterEach(async () => {
  await activeTelemetry().shutdown();
  lines.length = 0;
});

describe('activeTelemetry', () => {
  it('is off until telemetry is started', async () => {
    const telemetry = activeTelemetry();
    expect(telemetry.query.enabled).toBe(false);
    expect(telemetry.render('page', () => 'html')).toBe('html');
    telemetry.instrumentDatabase(undefined as never);
    await telemetry.flush();
  });

  it('is the started one, and off again after its shutdown', async () => {
    const telemetry = await start();
    expect(activeTelemetry()).toBe(telemetry);
    await telemetry.shutdown();
    expect(activeTelemetry().query.enabled).toBe(false);
  });
});

describe('startTelemetry', () => {
  it('starts once, however often it is called', async () => {
    const [first, second] = await Promise.all([start(), start({ METRICS_ENABLED: 'false' })]);
    expect(second).toBe(first);
    expect(await start()).toBe(first);
    expect(first.query.enabled).toBe(true);
  });

  it('answers the queries of the pages', async () => {
    const { query } = await start({
      METRICS_SAMPLING_RATE: 'render=0.5',
      METRICS_SLOW_QUERY_THRESHOLD: '0.2',
    });
    trace.getTracer('test').startSpan('work').end();
    metrics.getMeter('test').createCounter('made').add(3, { kind: 'x' });
    query.business();
    await activeTelemetry().flush();
    expect(query.operations().other.count).toBe(1);
    expect(query.traces().total).toBe(1);
    expect(query.business()).toEqual([{ name: 'made', attributes: { kind: 'x' }, value: 3 }]);
    expect(query.sampling()).toEqual({
      enabled: true,
      rates: { http: 1, database: 1, render: 0.5, other: 1 },
      exportRates: { http: 1, database: 1, render: 0.5, other: 1 },
      named: [],
      ruleTexts: [],
      target: 0,
      thresholdsSeconds: { database: 0.2, http: 1, render: 0.25 },
      rules: expect.objectContaining({ other: { seen: 1, kept: 1, dropped: 0 } }),
      storm: { active: false, probability: 1, cut: 0, examples: 0 },
      shedding: expect.objectContaining({ limitMillis: 500, sinceMillis: undefined, times: 0 }),
    });
    expect(query.buffer()).toMatchObject({ traces: 1, maxTraces: 1000, maxBytes: 16_777_216 });
    expect(query.ownCost().bytesHeld).toBeGreaterThan(0);
    expect(query.markers({ fromMillis: 0, toMillis: Infinity })).toHaveLength(1);
    expect(query.settings().length).toBeGreaterThan(20);
    expect(query.process().pid).toBe(process.pid);
  });

  it.each(['own', 'stock'] as const)(
    'reckons what no piece of its own cost sees, with %s spans',
    async (spans) => {
      const { query } = await start({ METRICS_SPANS: spans });
      const request = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET' } };
      for (let i = 0; i < 1000; i++) trace.getTracer('test').startSpan('GET', request).end();
      await activeTelemetry().flush();
      const { making, handling, unseen } = query.ownCost().shares;
      expect(making + handling).toBeGreaterThan(0);
      expect(unseen / (making + handling)).toBeCloseTo(ALL_OVER_SEEN[spans] - 1);
      expect(query.ownCost().coreShare).toBeGreaterThan(0);
    },
  );

  it('records spans of an unsampled remote parent, and propagates its flag', async () => {
    const { query } = await start();
    const parent = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.NONE,
      isRemote: true,
    };
    const span = trace.getTracer('test').startSpan('served', {}, trace.setSpanContext(ROOT_CONTEXT, parent));
    expect(span.isRecording()).toBe(true);
    expect(span.spanContext().traceFlags).toBe(TraceFlags.NONE);
    span.end();
    expect(query.operations().other.count).toBe(1);
  });

  it('propagates the active span through await', async () => {
    await start();
    const span = trace.getTracer('test').startSpan('outer');
    await context.with(trace.setSpan(ROOT_CONTEXT, span), async () => {
      await Promise.resolve();
      expect(trace.getActiveSpan()).toBe(span);
    });
    span.end();
  });

  it('notifies listeners of new operations', async () => {
    const { query } = await start();
    const told = new Promise<void>((resolve) => {
      const unsubscribe = query.onChange(() => {
        unsubscribe();
        resolve();
      });
    });
    trace.getTracer('test').startSpan('work').end();
    await told;
    expect(query.operations().other.count).toBe(1);
  });

  it('counts a class that is not a Database as a fault and continues', async () => {
    const telemetry = await start();
    telemetry.instrumentDatabase(Object as never);
    expect(telemetry.query.faults()).toMatchObject([{ place: 'instrumentDatabase', count: 1 }]);
    expect(lines[0]).toContain('instrumentDatabase');
  });

  it('unregisters the globals if it fails half-way, and can be started again', async () => {
    const broken = jest.spyOn(RuntimeSampler.prototype, 'start').mockImplementation(() => {
      throw new Error('no timers left');
    });
    const off = await start().finally(() => broken.mockRestore());
    expect(lines).toEqual(['telemetry did not start and is off: no timers left']);
    expect(off.query.enabled).toBe(false);
    expect(off.query.faults()).toMatchObject([{ place: 'start', count: 1, lastMessage: 'no timers left' }]);
    expect(trace.getTracer('test').startSpan('work').isRecording()).toBe(false);
    await off.shutdown();
    const { query } = await start();
    trace.getTracer('test').startSpan('work').end();
    expect(query.operations().other.count).toBe(1);
  });

  it('logs the warnings of its settings', async () => {
    await start({ METRICS_ENABLED: 'false', OTEL_BSP_MAX_QUEUE_SIZE: '-1' });
    expect(lines).toEqual([expect.stringContaining('OTEL_BSP_MAX_QUEUE_SIZE')]);
  });

  it('shows the settings and the process with telemetry off', async () => {
    const { query } = await start({ METRICS_ENABLED: 'false', METRICS_SLOW_QUERY_THRESHOLD: '0.2' });
    expect(query.sampling()).toMatchObject({ enabled: false, thresholdsSeconds: { database: 0.2 } });
    expect(query.settings().find(({ name }) => name === 'METRICS_ENABLED')?.value).toBe('false');
    expect(query.process().current.rssBytes).toBeGreaterThan(0);
  });
});

describe('Telemetry.shutdown', () => {
  it('exports what is pending, once, unregisters the globals, and a new start works', async () => {
    await using receiver = await httpReceiver();
    const telemetry = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const tracer = trace.getTracer('test');
    const root = tracer.startSpan('root');
    tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root)).end();
    metrics.getMeter('test').createCounter('made').add(1);
    await Promise.all([telemetry.shutdown(), telemetry.shutdown(), telemetry.flush()]);
    const bodies = (path: string) =>
      receiver.bodies.filter((each) => each.path === path).map(({ body }) => body);
    expect(bodies('/v1/traces').flatMap(decodeSpans)).toMatchObject([
      {
        name: 'child',
        parentSpanId: root.spanContext().spanId,
        resource: { 'service.name': 'unknown_service:node' },
      },
    ]);
    expect(bodies('/v1/metrics').flatMap(decodeMetricNames)).toContain('made');
    expect(trace.getTracer('test').startSpan('after').isRecording()).toBe(false);
    const again = await start();
    expect(again).not.toBe(telemetry);
    trace.getTracer('test').startSpan('again').end();
    expect(again.query.operations().other.count).toBe(1);
    expect(telemetry.query.operations().other.count).toBe(1);
  });
});
