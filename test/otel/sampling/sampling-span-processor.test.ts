import { expect, it } from '@jest/globals';
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { fc } from '../../fixtures/properties.ts';
import type { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import type { OperationCounts } from '../../../otel/query.ts';
import { fail, settingsOf, processorsOfEachTest, describeInBothModes } from './processor-fixture.ts';

const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/:path' } };
const DATABASE = {
  kind: SpanKind.CLIENT,
  attributes: { 'db.system.name': 'sqlite', 'db.query.summary': 'SELECT posts' },
};

const start = processorsOfEachTest();

function under(span: Parameters<typeof trace.setSpan>[1]): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}

function total(counts: OperationCounts): number {
  const sum = (of: Readonly<Record<string, number>>): number => Object.values(of).reduce((a, b) => a + b, 0);
  return counts.live + sum(counts.kept) + sum(counts.dropped);
}

describeInBothModes('SamplingSpanProcessor', () => {
  it('passes a whole trace to the sink when its last span has ended', () => {
    const { tracer, local } = start({ rates: 1 });
    const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const child = tracer.startSpan('SELECT posts', DATABASE, under(root));
    root.end();
    expect(local.batches).toHaveLength(0);
    child.end();
    expect(local.batches.map((batch) => batch.map((span) => span.name))).toEqual([['GET', 'SELECT posts']]);
    expect(
      local.spans.map(({ operationType, series, keepReason }) => [operationType, series, keepReason]),
    ).toEqual([
      ['http', 'GET /:path', 'probability'],
      ['database', 'SELECT posts', 'probability'],
    ]);
  });

  it.each([0, 0.1, 1])('counts every operation at rate %d', (rates) => {
    const { tracer, aggregates } = start({ rates });
    for (let i = 0; i < 200; i++) {
      const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      tracer.startSpan('SELECT posts', DATABASE, under(root)).end();
      if (i % 50 === 0) fail(root);
      root.end();
    }
    const { http, database } = aggregates.operations();
    expect([http.count, http.errors, database.count]).toEqual([200, 4, 200]);
    expect(aggregates.series('database')[0]?.callers).toEqual(['GET /:path']);
  });

  it('keeps a failed span and its ancestors at rate 0, and nothing else', () => {
    const { tracer, local, processor } = start({ rates: 0 });
    const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    tracer.startSpan('SELECT tags', DATABASE, under(root)).end();
    fail(tracer.startSpan('SELECT posts', DATABASE, under(root))).end();
    root.end();
    expect(local.spans.map((span) => [span.name, span.keepReason])).toEqual([
      ['SELECT posts', 'error'],
      ['GET', 'ancestor'],
    ]);
    expect(processor.counts()).toMatchObject({
      started: 3,
      live: 0,
      kept: { error: 1, ancestor: 1 },
      dropped: { probability: 1 },
    });
  });

  it('keeps a span whose duration is exactly the threshold, and not one a nanosecond shorter', () => {
    const { tracer, local } = start({ rates: 0 });
    const at: [number, number] = [1_700_000_000, 0];
    for (const end of [
      [1_700_000_001, 0],
      [1_700_000_000, 999_999_999],
    ] as [number, number][]) {
      tracer.startSpan('GET', { ...HTTP, startTime: at }, ROOT_CONTEXT).end(end);
    }
    expect(local.spans.map((span) => [span.keepReason, span.duration])).toEqual([['slow', [1, 0]]]);
  });

  it('keeps must-keep spans of a trace that its remote parent did not sample, as a local root', () => {
    const { tracer, local } = start({ rates: 0 });
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.NONE,
      isRemote: true,
    });
    fail(tracer.startSpan('GET', HTTP, remote)).end();
    tracer.startSpan('GET', HTTP, remote).end();
    expect(local.spans.map((span) => [span.keepReason, span.traceFacts.remoteParent])).toEqual([
      ['error', true],
    ]);
    expect(local.spans[0]!.spanContext().traceFlags).toBe(TraceFlags.NONE);
  });

  it('gives a late span the verdict of its trace, and keeps a late failure as late', () => {
    const { tracer, local, clock } = start({ rates: 0, limits: { maxSpansPerTrace: 1 } });
    const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    tracer.startSpan('SELECT posts', DATABASE, under(root)).end();
    clock.millis += 10;
    tracer.startSpan('SELECT tags', DATABASE, under(root)).end();
    expect(local.spans).toHaveLength(0);
    fail(tracer.startSpan('SELECT media', DATABASE, under(root))).end();
    root.end();
    expect(local.spans.map((span) => [span.name, span.keepReason])).toEqual([
      ['SELECT media', 'late'],
      ['GET', 'ancestor'],
    ]);
    expect(local.spans[0]!.traceFacts.truncated).toBe(true);
  });

  it('decides what is pending when it shuts down, and is idempotent', async () => {
    const { tracer, local, processor } = start({ rates: 1 });
    const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    tracer.startSpan('SELECT posts', DATABASE, under(root)).end();
    await processor.shutdown();
    await processor.shutdown();
    expect(local.spans.map((span) => span.name)).toEqual(['SELECT posts']);
    root.end();
    expect(local.spans.map((span) => span.name)).toEqual(['SELECT posts', 'GET']);
  });

  it('bounds what is pending: over the cap the oldest trace is decided', () => {
    const { tracer, local } = start({ rates: 1, limits: { maxPendingSpans: 10 } });
    for (let i = 0; i < 20; i++) {
      const root = tracer.startSpan(`root ${i}`, HTTP, ROOT_CONTEXT);
      tracer.startSpan(`child ${i}`, DATABASE, under(root)).end();
    }
    expect(local.spans.map((span) => span.name)).toEqual(Array.from({ length: 10 }, (_, i) => `child ${i}`));
  });

  it('exports by its own rate, whole traces or none of them', () => {
    const { tracer, exported, local } = start({ rates: 1, exportRates: 0.1 });
    const traces = 2000;
    for (let i = 0; i < traces; i++) {
      const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      tracer.startSpan('SELECT posts', DATABASE, under(root)).end();
      tracer.startSpan('SELECT tags', DATABASE, under(root)).end();
      root.end();
    }
    expect(local.spans).toHaveLength(3 * traces);
    expect(exported.batches.every((batch) => batch.length === 3)).toBe(true);
    expect(Math.abs(exported.batches.length - traces * 0.1)).toBeLessThanOrEqual(
      4 * Math.sqrt(traces * 0.09),
    );
  });

  it('keeps the same traces after a restart and in another process', () => {
    const idOf = (spans: readonly { spanContext(): { traceId: string } }[]): string[] =>
      spans.map((span) => span.spanContext().traceId);
    const parents = Array.from({ length: 300 }, (_, i) => ({
      traceId: (BigInt(i + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n)
        .toString(16)
        .slice(-32)
        .padStart(32, '0'),
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    }));
    const run = (rates: number): string[] => {
      const { tracer, local } = start({ rates });
      for (const parent of parents)
        tracer.startSpan('GET', HTTP, trace.setSpanContext(ROOT_CONTEXT, parent)).end();
      return idOf(local.spans);
    };
    const [first, second, more] = [run(0.3), run(0.3), run(0.6)];
    expect(first).toEqual(second);
    expect(first.length).toBeGreaterThan(0);
    expect(more).toEqual(expect.arrayContaining(first));
  });

  it('writes weights to the trace state and leaves other entries', () => {
    const { tracer, local, exported } = start({ rates: { http: 0.5, other: 1 }, exportRates: 0.5 });
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
      traceState: createTraceState('ot=th:c;rv:f0000000000000;x:y,vendor=1'),
    });
    const root = tracer.startSpan('GET', HTTP, remote);
    fail(tracer.startSpan('job', {}, under(root))).end();
    root.end();
    const states = ({ spans }: typeof local) =>
      Object.fromEntries(spans.map((span) => [span.name, span.spanContext().traceState?.serialize()]));
    // The process sees all of them, whatever was sampled upstream.
    expect(states(local)).toEqual({
      job: 'ot=th:0;rv:f0000000000000;x:y,vendor=1',
      GET: 'ot=th:8;rv:f0000000000000;x:y,vendor=1',
    });
    expect(states(exported)).toEqual({
      job: 'ot=th:0;rv:f0000000000000;x:y,vendor=1',
      GET: 'ot=th:c;rv:f0000000000000;x:y,vendor=1',
    });
    expect(root.spanContext().traceState?.get('ot')).toBe('th:c;rv:f0000000000000;x:y');
  });

  it('does not change ended spans, and gives the same result beside other processors', () => {
    const deepFreeze = (value: unknown): void => {
      if (value === null || typeof value !== 'object' || Object.isFrozen(value) || ArrayBuffer.isView(value))
        return;
      Object.freeze(value);
      for (const inner of Object.values(value)) deepFreeze(inner);
    };
    const freezer = {
      onStart: () => {},
      onEnd: (span: object) => {
        for (const key of ['attributes', 'events', 'links', 'status', 'startTime', 'endTime'] as const) {
          deepFreeze((span as Record<string, unknown>)[key]);
        }
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const { tracer, local, guard } = start({ rates: 0.5, before: [freezer] });
    for (let i = 0; i < 50; i++) fail(tracer.startSpan('GET', HTTP, ROOT_CONTEXT)).end();
    expect(local.spans).toHaveLength(50);
    expect(guard.faults()).toEqual([]);
  });

  it('keeps the span and counts the fault when the aggregates throw', () => {
    const broken = {
      record: () => {
        throw new Error('disk on fire');
      },
      recordKept: () => {
        throw new Error('too');
      },
    };
    const { tracer, local, guard, processor } = start({
      rates: 1,
      aggregates: broken as unknown as RedAggregator,
    });
    tracer.startSpan('GET', HTTP, ROOT_CONTEXT).end();
    expect(local.spans).toHaveLength(1);
    expect(guard.faults()).toMatchObject([{ place: 'aggregates', count: 1 }]);
    expect(total(processor.counts())).toBe(1);
  });

  it('keeps going when an exporter throws', () => {
    const { tracer, local, guard } = start({ rates: 1 });
    local.export = () => {
      throw new Error('no');
    };
    expect(() => tracer.startSpan('GET', HTTP, ROOT_CONTEXT).end()).not.toThrow();
    expect(guard.faults()).toMatchObject([{ place: 'exporter', count: 1, lastMessage: 'no' }]);
  });

  it('follows a change of settings at the next verdict', () => {
    const { tracer, local, state } = start({ rates: 1 });
    tracer.startSpan('GET', HTTP, ROOT_CONTEXT).end();
    state.settings = settingsOf(0);
    tracer.startSpan('GET', HTTP, ROOT_CONTEXT).end();
    expect(local.spans).toHaveLength(1);
  });

  it('reports whether a trace is running or was never kept', () => {
    const { tracer, processor } = start({ rates: 0 });
    const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const { traceId } = root.spanContext();
    expect(processor.seen(traceId)).toBe('running');
    root.end();
    expect(processor.seen(traceId)).toBe('never-kept');
    expect(processor.seen('f'.repeat(32))).toBeUndefined();
  });

  it('conserves spans: started = live + kept + dropped after every step', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('start' as const), parent: fc.nat(), failed: fc.boolean() }),
      fc.record({ kind: fc.constant('end' as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 0.3, 1), (steps, rates) => {
        const { tracer, processor } = start({
          rates,
          limits: { maxSpansPerTrace: 5, maxPendingSpans: 8, maxTraces: 4, maxVerdicts: 3 },
        });
        const all: ReturnType<typeof tracer.startSpan>[] = [];
        const live: typeof all = [];
        for (const one of steps) {
          if (one.kind === 'start') {
            const parent = all.length > 0 && one.parent % 3 > 0 ? all[one.parent % all.length] : undefined;
            const span = tracer.startSpan('step', DATABASE, parent ? under(parent) : ROOT_CONTEXT);
            if (one.failed) fail(span);
            all.push(span);
            live.push(span);
          } else if (live.length > 0) {
            live.splice(one.which % live.length, 1)[0]!.end();
          }
          const counts = processor.counts();
          expect(counts.started).toBe(all.length);
          expect(total(counts)).toBe(all.length);
          expect(counts.live).toBeGreaterThanOrEqual(live.length);
        }
        for (const span of live.splice(0)) span.end();
        void processor.shutdown();
        expect(processor.counts().live).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
