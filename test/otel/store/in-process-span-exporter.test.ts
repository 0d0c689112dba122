import { describe, expect, it, jest } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Guard } from '../../../otel/base/guard.ts';
import type { KeptSpan } from '../../../otel/spans/kept-span.ts';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import { toSpanRow } from '../../../otel/store/span-record.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { keptSpan, spanIdOf, traceIdOf, WHOLE } from './kept-span-fixture.ts';

function setUp(onStored?: () => void) {
  const ring = new TraceRing({ maxTraces: 100, maxBytes: 1_000_000, now: () => 0 });
  const guard = new Guard();
  const exporter = new InProcessSpanExporter({
    ring,
    guard,
    ...(onStored === undefined ? {} : { onStored }),
  });
  const send = (spans: KeptSpan[]): ExportResult => {
    let result: ExportResult | undefined;
    exporter.export(spans, (answer) => {
      result = answer;
    });
    if (result === undefined) throw new Error('export has to call back before it returns');
    return result;
  };
  return { ring, guard, exporter, send };
}

describe('InProcessSpanExporter', () => {
  it('groups spans by trace and calls back with success at once', () => {
    const { ring, send } = setUp();
    const result = send([
      keptSpan({ traceId: traceIdOf(1), parentSpanId: spanIdOf(5) }),
      keptSpan({ traceId: traceIdOf(2) }),
      keptSpan({ traceId: traceIdOf(1), spanId: spanIdOf(5) }),
    ]);
    expect(result).toEqual({ code: ExportResultCode.SUCCESS });
    expect([...ring.values()].map((trace) => [trace.traceId, trace.spans.length])).toEqual([
      [traceIdOf(1), 2],
      [traceIdOf(2), 1],
    ]);
  });

  it('merges a later export of the same trace', () => {
    const { ring, send } = setUp();
    send([keptSpan()]);
    send([keptSpan({ parentSpanId: spanIdOf(1), reason: 'late', facts: { ...WHOLE, droppedSpans: 2 } })]);
    expect(ring.size).toBe(1);
    expect(ring.get(traceIdOf(1))).toMatchObject({ droppedSpans: 2 });
  });

  it('stores spans of the SDK', () => {
    const memory = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
    const span = provider.getTracer('scope').startSpan('GET /', { attributes: { 'http.route': '/' } });
    span.recordException(new TypeError('boom'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
    span.end();
    const [ended] = memory.getFinishedSpans();
    const { ring, send } = setUp();
    const traits = {
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      operationType: 'http',
      series: 'GET /',
      keepReason: 'error',
      traceFacts: WHOLE,
    } as const;
    send([Object.assign(Object.create(ended ?? null) as KeptSpan, traits)]);

    const [record] = ring.get(span.spanContext().traceId)?.spans ?? [];
    expect(record && toSpanRow(record, undefined)).toMatchObject({
      name: 'GET /',
      scope: 'scope',
      status: 'error',
      statusMessage: 'failed',
      attributes: { 'http.route': '/' },
      events: [
        { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'boom' } },
      ],
    });
    expect(record?.durationMillis).toBeGreaterThan(0);
  });

  it('leaves out a span that cannot be read, counts the fault and stores the others', () => {
    const { ring, guard, send } = setUp();
    const broken = keptSpan();
    const throwing = new Proxy(broken, {
      get: (target, key, receiver) => {
        if (key === 'attributes') throw new Error('no attributes');
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    const nameless = Object.defineProperty({ ...keptSpan() }, 'traceId', {
      get: () => {
        throw new Error('no context');
      },
    }) as KeptSpan;
    expect(send([throwing, nameless, keptSpan()])).toEqual({ code: ExportResultCode.SUCCESS });
    expect(ring.get(traceIdOf(1))?.spans).toHaveLength(1);
    expect(guard.faults()).toMatchObject([{ place: 'in-process-span-exporter.span', count: 2 }]);
  });

  it('survives a callback and a listener that throw', () => {
    const { ring, guard, exporter } = setUp(() => {
      throw new Error('listener');
    });
    exporter.export([keptSpan()], () => {
      throw new Error('callback');
    });
    expect(ring.size).toBe(1);
    expect(guard.faults().map((fault) => fault.lastMessage)).toEqual(['listener', 'callback']);
  });

  it('notifies its listener once per export, and only if something was stored', () => {
    const onStored = jest.fn();
    const { send } = setUp(onStored);
    send([]);
    expect(onStored).not.toHaveBeenCalled();
    send([keptSpan({ traceId: traceIdOf(1) }), keptSpan({ traceId: traceIdOf(2) })]);
    expect(onStored).toHaveBeenCalledTimes(1);
  });

  it('stores a trace of 20,000 spans within the ring’s bounds', () => {
    const { ring, send } = setUp();
    send(
      Array.from({ length: 20_000 }, (_, i) =>
        keptSpan(i === 0 ? { spanId: spanIdOf(1) } : { parentSpanId: spanIdOf(1) }),
      ),
    );
    const trace = ring.get(traceIdOf(1));
    expect(ring.bytes).toBeLessThanOrEqual(250_000);
    expect(trace?.head?.localRoot).toBe(true);
    expect((trace?.spans.length ?? 0) + (trace?.droppedSpans ?? 0)).toBe(20_000);
  });

  it('rejects spans after shutdown and leaves stored ones readable', async () => {
    const { ring, exporter, send } = setUp();
    send([keptSpan()]);
    await exporter.forceFlush();
    await exporter.shutdown();
    expect(send([keptSpan({ traceId: traceIdOf(2) })])).toEqual({ code: ExportResultCode.FAILED });
    expect(ring.size).toBe(1);
  });
});
