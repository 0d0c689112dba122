import { afterEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { activeTelemetry, startTelemetry } from '../../otel/telemetry.ts';
import { decodeSpans } from './export/decode-otlp.ts';
import { httpReceiver } from './export/receivers.ts';

const TRACES = 2000;
const RATE = 0.1;

afterEach(() => activeTelemetry().shutdown());

/** A root with two children; `failed` is the status of the second. */
function makeTrace(failed: boolean): void {
  const tracer = trace.getTracer('test');
  const root = tracer.startSpan('root');
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  tracer.startSpan('first', {}, inRoot).end();
  const second = tracer.startSpan('second', {}, inRoot);
  if (failed) second.setStatus({ code: SpanStatusCode.ERROR });
  second.end();
  root.end();
}

describe('the rate of the OTLP pipeline', () => {
  it('exports about a tenth of the traces, each whole, with its weight, while the pages keep all', async () => {
    await using receiver = await httpReceiver();
    const { query } = await startTelemetry({
      ignorePaths: ['/metrics'],
      env: {
        METRICS_BUFFER_SIZE: String(TRACES),
        METRICS_EXPORT_SAMPLING_RATE: String(RATE),
        // The receiver runs in this process: below an untraced path its own requests create no spans.
        OTEL_EXPORTER_OTLP_ENDPOINT: new URL('/metrics', receiver.url).href,
      },
    });
    for (let index = 0; index < TRACES; index++) makeTrace(false);
    await activeTelemetry().flush();
    const spans = receiver.bodies
      .filter(({ path }) => path === '/metrics/v1/traces')
      .flatMap(({ body }) => decodeSpans(body));
    const traces = Object.values(Object.groupBy(spans, ({ traceId }) => traceId));
    const deviation = Math.sqrt(TRACES * RATE * (1 - RATE));
    expect(Math.abs(traces.length - TRACES * RATE)).toBeLessThan(6 * deviation);
    expect(traces.filter((each) => each?.length !== 3)).toEqual([]);
    expect(spans.filter(({ traceState }) => !traceState.startsWith('ot=th:e666'))).toEqual([]);
    expect(query.export()[0]).toMatchObject({ sent: spans.length, dropped: 0, failed: 0 });
    expect(query.operations().other).toMatchObject({ count: 3 * TRACES, kept: 3 * TRACES });
    expect(query.traces().total).toBe(TRACES);
    const marked = query.traces({ limit: 500 }).rows.filter(({ traceId }) => {
      const found = query.trace(traceId);
      return 'exported' in found && found.exported;
    });
    const sent = new Set(spans.map(({ traceId }) => traceId));
    expect(marked.filter(({ traceId }) => !sent.has(traceId))).toEqual([]);
    expect(marked.length).toBeGreaterThan(0);
  });

  it('exports a failure and its ancestors even at 0', async () => {
    await using receiver = await httpReceiver();
    await startTelemetry({
      ignorePaths: ['/metrics'],
      env: {
        METRICS_EXPORT_SAMPLING_RATE: '0',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: new URL('/metrics/v1/traces', receiver.url).href,
      },
    });
    makeTrace(false);
    makeTrace(true);
    await activeTelemetry().flush();
    const spans = receiver.bodies.flatMap(({ body }) => decodeSpans(body));
    expect(spans.map(({ name, traceState }) => [name, traceState]).sort()).toEqual([
      ['first', 'ot=th:0'],
      ['root', 'ot=th:0'],
      ['second', 'ot=th:0'],
    ]);
  });
});
