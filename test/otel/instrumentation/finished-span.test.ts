import { RPCType, type RPCMetadata, setRPCMetadata } from '@opentelemetry/core';
import { SpanStatusCode, context, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { setRequestFacts } from '../../fixtures/request-facts.ts';
import { SpanIds } from '../../../otel/instrumentation/span-ids.ts';
import type { FinishedOperation } from '../../../otel/sampling/finished-operation.ts';
import { FakeRecorder, SteppingClock, TracingFixture } from './tracing-fixture.ts';

describe('a plain statement inside of a request', () => {
  const tracing = new TracingFixture();
  const recorder = new FakeRecorder();
  const given: (FinishedOperation & ReadableSpan)[] = [];
  const instrumentation = new BetterSqlite3Instrumentation({
    recorder,
    clock: new SteppingClock(),
    sink: { recordFinished: (operation) => void given.push(operation as FinishedOperation & ReadableSpan) },
  });
  const db = new Database(':memory:');

  beforeAll(() => instrumentation.manuallyInstrument(Database));
  beforeEach(() => {
    given.length = 0;
    recorder.thresholdNanos = Infinity;
    tracing.take();
  });
  afterAll(() => {
    instrumentation.disable();
    db.close();
    tracing.stop();
  });

  function inRequest(call: () => void): ReadableSpan {
    return tracing.inSpan((span) => {
      const rpc: RPCMetadata = { type: RPCType.HTTP, span };
      setRequestFacts(rpc, { span, startNanos: 0 });
      context.with(setRPCMetadata(context.active(), rpc), call);
      return span as unknown as ReadableSpan;
    });
  }

  it('is the span the tracer would have made, given straight to the sink', () => {
    const parent = inRequest(() => db.prepare('SELECT 1 AS one').get());
    expect(given).toHaveLength(1);
    expect(tracing.take()).toEqual([]);
    tracing.inSpan(() => db.prepare('SELECT 1 AS one').get());
    const [ours, theirs] = [given[0]!, tracing.take()[0]!];
    for (const key of [
      'name',
      'kind',
      'status',
      'attributes',
      'instrumentationScope',
      'links',
      'events',
    ] as const)
      expect(ours[key]).toEqual(theirs[key]);
    expect(ours.resource).toBe(parent.resource);
    expect(ours.parentSpanContext).toEqual(parent.spanContext());
    expect(ours.spanContext()).toMatchObject({
      traceId: parent.spanContext().traceId,
      traceFlags: parent.spanContext().traceFlags,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(ours.duration).toEqual([0, 1_000]);
    expect(ours.ended).toBe(true);
    expect(ours).toMatchObject({
      span: ours,
      type: 'database',
      series: 'SELECT ? AS one',
      statement: { text: 'SELECT ? AS one', summary: 'SELECT' },
      rows: 1,
      durationNanos: 1_000,
      slownessNanos: 1_000,
      failed: false,
      spanId: ours.spanContext().spanId,
      parentSpanId: parent.spanContext().spanId,
      traceId: parent.spanContext().traceId,
    });
    const [seconds, nanos] = ours.endTime;
    expect(ours.endMillis).toBeCloseTo(seconds * 1000 + nanos / 1e6, 3);
  });

  it('comes from the tracer when it failed or nobody is its parent', () => {
    const insert = db.prepare('SELECT json(?)');
    inRequest(() => expect(() => insert.get('{')).toThrow());
    db.prepare('SELECT 1').get();
    expect(given).toEqual([]);
    const spans = tracing.take();
    expect(spans.map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});

describe('SpanIds', () => {
  it('makes ids of the right form, all different', () => {
    const ids = new SpanIds();
    const traceIds = Array.from({ length: 1_000 }, () => ids.generateTraceId());
    const spanIds = Array.from({ length: 1_000 }, () => ids.generateSpanId());
    expect(traceIds.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(spanIds.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
    expect(new Set(traceIds).size + new Set(spanIds).size).toBe(2_000);
  });
});
