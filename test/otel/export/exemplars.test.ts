import { afterEach, describe, expect, it } from '@jest/globals';
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { TelemetryQuery, TraceDetail } from '../../../otel/query.ts';
import { activeTelemetry, startTelemetry } from '../../../otel/telemetry.ts';
import { type PageSample, readOpenMetrics } from '../../fixtures/open-metrics.ts';
import { fc } from '../../fixtures/properties.ts';
import { decodeHistograms } from './decode-otlp.ts';
import { httpReceiver } from './receivers.ts';

const FOLLOWED = 10_000;

afterEach(() => activeTelemetry().shutdown());

interface Request {
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** A request with a statement that takes half of it. */
function answer({ route, status, seconds }: Request): void {
  const tracer = trace.getTracer('test');
  const end = Date.now();
  const start = end - seconds * 1000;
  const attributes: Attributes = {
    'http.request.method': 'GET',
    'url.scheme': 'https',
    'http.route': route,
    'http.response.status_code': status,
    ...(status >= 500 && { 'error.type': String(status) }),
  };
  const request = tracer.startSpan(
    'GET',
    { kind: SpanKind.SERVER, startTime: start, attributes },
    ROOT_CONTEXT,
  );
  const statement = tracer.startSpan(
    'SELECT posts',
    {
      kind: SpanKind.CLIENT,
      startTime: start,
      attributes: {
        'db.system.name': 'sqlite',
        'db.namespace': 'main.db',
        'db.query.text': `SELECT * FROM posts WHERE ${route.slice(1)} = ?`,
      },
    },
    trace.setSpan(ROOT_CONTEXT, request),
  );
  statement.end(start + seconds * 500);
  if (status >= 500) request.setStatus({ code: SpanStatusCode.ERROR });
  request.end(end);
}

const requests = (count: number, seed: number): readonly Request[] =>
  fc.sample(
    fc.record({
      route: fc.constantFrom(...Array.from('abcdefghijklmnop', (name) => `/${name}`)),
      status: fc.constantFrom(200, 200, 200, 304, 404, 500, 503),
      seconds: fc.constantFrom(0.0004, 0.002, 0.02, 0.03, 0.2, 0.6, 3, 20),
    }),
    { numRuns: count, seed },
  );

async function pageOf(query: TelemetryQuery): Promise<readonly PageSample[]> {
  const { text } = await query.prometheus('application/openmetrics-text');
  return [...readOpenMetrics(text).values()].flatMap(({ samples }) => samples);
}

const LABELS: Readonly<Record<string, string>> = {
  http_request_method: 'http.request.method',
  http_response_status_code: 'http.response.status_code',
  http_route: 'http.route',
  url_scheme: 'url.scheme',
  error_type: 'error.type',
  db_system_name: 'db.system.name',
  db_namespace: 'db.namespace',
};

/** What is wrong with a sample's exemplar, by the trace that it names. */
function faultOf({ labels, exemplar }: PageSample, found: TraceDetail): string | undefined {
  const span = found.spans.find(({ spanId }) => spanId === exemplar!.labels['span_id']);
  if (span === undefined) return 'the trace does not have the span';
  if (Math.abs(span.durationMillis / 1000 - exemplar!.value) > 1e-9) return 'the span took another time';
  if (Math.abs((span.startMillis + span.durationMillis) / 1000 - exemplar!.seconds) > 0.002)
    return 'the span ended at another time';
  for (const [label, attribute] of Object.entries(LABELS))
    if (labels[label] !== undefined && labels[label] !== String(span.attributes[attribute]))
      return `${attribute} is another`;
  return undefined;
}

describe('exemplars (G31)', () => {
  it('name a kept trace that has the span, with the duration and the labels of their bucket', async () => {
    const { query } = await startTelemetry({ env: {} });
    for (const request of requests(300, 1)) answer(request);
    await activeTelemetry().flush();
    const samples = (await pageOf(query)).filter(({ exemplar }) => exemplar !== undefined);
    expect(samples.length).toBeGreaterThan(100);
    expect(new Set(samples.map(({ name }) => name))).toEqual(
      new Set(['http_server_request_duration_seconds_bucket', 'db_client_operation_duration_seconds_bucket']),
    );
    const faults = samples.map((sample) => {
      const found = query.trace(sample.exemplar!.labels['trace_id']!);
      return 'reason' in found ? found.reason : faultOf(sample, found);
    });
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    // Every bucket in which something was counted has one.
    const page = await pageOf(query);
    const counted = page.filter(
      ({ name, value, labels }, at) =>
        name === 'http_server_request_duration_seconds_bucket' &&
        value > (labels['le'] === '0.001' ? 0 : page[at - 1]!.value),
    );
    expect(counted.filter(({ exemplar }) => exemplar === undefined)).toEqual([]);
  });

  it(`open after a storm: ${FOLLOWED} of them are held, or their page says when and why the trace went`, async () => {
    const { query } = await startTelemetry({ env: { METRICS_BUFFER_SIZE: '500' } });
    const followed = new Map<string, PageSample>();
    for (let round = 0; followed.size < FOLLOWED; round++) {
      for (const request of requests(300, round)) answer(request);
      await activeTelemetry().flush();
      for (const sample of await pageOf(query))
        if (sample.exemplar !== undefined && followed.size < FOLLOWED)
          followed.set(sample.exemplar.labels['trace_id']!, sample);
    }
    const outcomes = { held: 0, gone: 0 };
    const faults: string[] = [];
    for (const [traceId, sample] of followed) {
      const found = query.trace(traceId);
      if (!('reason' in found)) {
        outcomes.held++;
        const fault = faultOf(sample, found);
        if (fault !== undefined) faults.push(fault);
      } else if (found.evicted !== undefined && found.evicted.startMillis <= found.evicted.atMillis)
        outcomes.gone++;
      else faults.push(found.reason);
    }
    expect(faults).toEqual([]);
    expect(outcomes.held + outcomes.gone).toBe(FOLLOWED);
    expect(outcomes.held).toBeGreaterThan(100);
    expect(outcomes.gone).toBeGreaterThan(9000);
  });

  it('are none for traces from before the start, and none in the text format', async () => {
    const { query } = await startTelemetry({ env: {} });
    answer({ route: '/a', status: 200, seconds: 0.1 });
    trace
      .getTracer('test')
      .startSpan('old', { startTime: Date.now() - 60_000 }, ROOT_CONTEXT)
      .end(Date.now() - 50_000);
    await activeTelemetry().flush();
    const named = (await pageOf(query)).filter(({ exemplar }) => exemplar !== undefined);
    expect(named.map(({ labels }) => labels['operation'])).toEqual([undefined, undefined]);
    expect((await query.prometheus('text/plain')).text).not.toContain('trace_id');
  });

  it.each(['cumulative', 'delta'])('are in OTLP, %s, each once per delta', async (temporality) => {
    await using receiver = await httpReceiver();
    const { query } = await startTelemetry({
      ignorePaths: ['/v1'],
      env: {
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: new URL('/v1/metrics', receiver.url).href,
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
      },
    });
    const names: (readonly string[])[] = [];
    for (let round = 0; round < 3; round++) {
      if (round < 2) for (const request of requests(50, round)) answer(request);
      await activeTelemetry().flush();
      const points = decodeHistograms(receiver.bodies.at(-1)!.body).filter(
        ({ metric }) => metric === 'http.server.request.duration',
      );
      const exemplars = points.flatMap((point) => point.exemplars);
      for (const { traceId, spanId, value } of exemplars) {
        const found = query.trace(traceId);
        if ('reason' in found) throw new Error(found.reason);
        const span = found.spans.find((each) => each.spanId === spanId);
        expect(value).toBeCloseTo(span!.durationMillis / 1000, 9);
      }
      for (const { count, exemplars: own } of points) expect(own.length).toBeLessThanOrEqual(count);
      names.push(exemplars.map(({ spanId }) => spanId));
    }
    const [first = [], second = [], third = []] = names;
    expect(first.length).toBeGreaterThan(10);
    expect(second.length).toBeGreaterThan(10);
    if (temporality === 'delta') {
      expect(second.filter((spanId) => first.includes(spanId))).toEqual([]);
      expect(third).toEqual([]);
    } else expect(third.toSorted()).toEqual(second.toSorted());
    await activeTelemetry().shutdown();
  });
});
