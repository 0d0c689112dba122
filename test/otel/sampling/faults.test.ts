import { afterEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import {
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Clock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { OperationCounts } from '../../../otel/query.ts';
import { createSamplingProcessor } from '../../../otel/sampler.ts';
import { StormBudget } from '../../../otel/sampling/policies/storm-budget.ts';
import type { Policy } from '../../../otel/sampling/policy.ts';
import type { SamplingSettings } from '../../../otel/sampling/sampling-settings.ts';
import type { SamplingSpanProcessor } from '../../../otel/sampling/sampling-span-processor.ts';
import { exporterSink } from '../../../otel/sampling/exporter-sink.ts';
import { fail, FakeClock, FakeExporter, settingsOf } from './processor-fixture.ts';

const explode = (): never => {
  throw new Error('fault');
};
const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/' } };

interface Hooks {
  readonly clock?: Clock;
  readonly record?: () => number;
  readonly settings?: () => SamplingSettings;
  readonly policies?: readonly Policy[];
  readonly exporter?: SpanExporter;
  readonly log?: () => void;
  readonly before?: SpanProcessor;
}
const processors: SamplingSpanProcessor[] = [];
function start(hooks: Hooks) {
  const local = new FakeExporter();
  const guard = new Guard(hooks.log === undefined ? {} : { log: hooks.log });
  const record = hooks.record ?? (() => 0);
  const clock = hooks.clock ?? new FakeClock();
  const budget = new StormBudget({}, clock.monotonicNanos);
  const processor = createSamplingProcessor({
    aggregates: { record, recordKept: record },
    guard,
    settings: hooks.settings ?? (() => settingsOf(0)),
    policies: hooks.policies ?? [],
    clock,
    budget,
    sinks: [hooks.exporter, local]
      .filter((exporter) => exporter !== undefined)
      .map((exporter) => exporterSink(exporter, 'local', guard)),
  });
  processors.push(processor);
  const spanProcessors = [...(hooks.before === undefined ? [] : [hooks.before]), processor];
  const tracer: Tracer = new TracerProvider({ spanProcessors }).getTracer('test');
  return { tracer, local, guard, processor, budget };
}
afterEach(async () => {
  await Promise.all(processors.splice(0).map((processor) => processor.shutdown()));
});

function failingPage({ tracer }: { readonly tracer: Tracer }): void {
  const root = tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  tracer.startSpan('ordinary', {}, inside).end();
  fail(tracer.startSpan('failed', {}, inside)).end();
  root.end();
  fail(tracer.startSpan('late', {}, inside)).end();
}
function accounted({ kept, dropped, live, started }: OperationCounts): boolean {
  const sum = [...Object.values(kept), ...Object.values(dropped)].reduce((a, b) => a + b, 0);
  return sum + live === started;
}

const afterTheFirst = <T>(answer: T): (() => T) => {
  let calls = 0;
  return () => (calls++ === 0 ? answer : explode());
};
const exporterThat = (does: (spans: ReadableSpan[], callback: (result: ExportResult) => void) => unknown) =>
  ({ export: does, shutdown: async () => {} }) as unknown as SpanExporter;
const EXPLODING_CLOCK: Clock = { now: explode, monotonicNanos: explode };

describe('a fault in telemetry', () => {
  it.each<[string, Hooks, string]>([
    ['the settings', { settings: afterTheFirst(settingsOf(0)) }, 'sampling settings'],
    [
      'settings that make no sense',
      {
        settings: (() => {
          let calls = 0;
          return () => (calls++ === 0 ? settingsOf(0) : settingsOf(NaN));
        })(),
      },
      'sampling settings',
    ],
    ['the clock', { clock: EXPLODING_CLOCK }, 'clock'],
    ['the aggregates', { record: explode }, 'aggregates'],
    ['an exporter that throws', { exporter: exporterThat(explode) }, 'exporter'],
    ['an exporter that rejects', { exporter: exporterThat(async () => explode()) }, 'exporter'],
    [
      'an exporter that fails',
      { exporter: exporterThat((_, callback) => callback({ code: 1, error: new Error('503') })) },
      'exporter',
    ],
    [
      'an exporter that fails silently',
      { exporter: exporterThat((_, callback) => callback({ code: 1 })) },
      'exporter',
    ],
    ['the log of the guard', { log: explode, record: explode }, 'aggregates'],
  ])('in %s never leaves span.end(), and must-keep spans are kept', async (_name, hooks, place) => {
    const run = start(hooks);
    expect(() => failingPage(run)).not.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.local.spans.map((span) => [span.name, span.keepReason])).toEqual([
      ['failed', 'error'],
      ['GET', 'ancestor'],
      ['late', 'late'],
    ]);
    expect(run.guard.faults().map((fault) => fault.place)).toContain(place);
    expect(run.processor.tally().counts()).toMatchObject({
      started: 4,
      live: 0,
      dropped: { probability: 1 },
    });
    if (hooks.clock === undefined) expect(run.budget.facts()).toMatchObject({ active: false });
    expect(() => run.processor.decideOverdue()).not.toThrow();
  });

  it('in the policies themselves keeps the whole trace rather than lose a failure in it', () => {
    const run = start({ policies: [{ name: 'broken', keep: explode }] });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const inside = trace.setSpan(ROOT_CONTEXT, root);
    run.tracer.startSpan('ordinary', {}, inside).end();
    fail(run.tracer.startSpan('failed', {}, inside)).end();
    expect(() => root.end()).not.toThrow();
    expect(run.local.spans.map(({ name }) => name).sort()).toEqual(['GET', 'failed', 'ordinary']);
    expect(run.guard.faults()).toContainEqual(
      expect.objectContaining({ place: 'policies', lastMessage: 'fault' }),
    );
    expect(accounted(run.processor.tally().counts())).toBe(true);
    expect(run.processor.tally().counts()).toMatchObject({ started: 3, live: 0 });
  });

  it('in an exporter that never calls back delays only its own shutdown, for a bounded time', async () => {
    const run = start({ exporter: exporterThat(() => {}) });
    failingPage(run);
    expect(run.local.spans).toHaveLength(3);
    await run.processor.forceFlush();
    await run.processor.shutdown();
  });

  it.each<[string, Partial<Record<keyof ReadableSpan, unknown>>]>([
    ['attributes', { attributes: explode }],
    ['one attribute', { attributes: () => Object.defineProperty({}, 'render.template', { get: explode }) }],
    ['status', { status: explode }],
    ['duration', { duration: explode }],
    ['end time', { endTime: explode }],
    ['parent', { parentSpanContext: explode }],
    ['name', { name: explode }],
  ])('in the %s of a span: it is kept, counted once and reported', (_name, getters) => {
    const exotic: SpanProcessor = {
      onStart: () => {},
      onEnd: (span) => {
        if (span.name !== 'exotic') return;
        for (const [key, get] of Object.entries(getters))
          Object.defineProperty(span, key, { get: get as () => unknown });
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const run = start({ before: exotic });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    expect(() => run.tracer.startSpan('exotic', {}, trace.setSpan(ROOT_CONTEXT, root)).end()).not.toThrow();
    root.end();
    expect(run.local.spans[0]).toMatchObject({ operationType: 'other', keepReason: 'error' });
    expect(run.guard.faults()[0]).toMatchObject({ place: 'classification', count: 1 });
    expect(accounted(run.processor.tally().counts())).toBe(true);
    expect(run.processor.tally().counts().live).toBe(0);
  });

  it('that hides the trace of a span: it cannot be buffered, and counts as overflow', () => {
    const run = start({});
    run.processor.onStart({ spanContext: explode } as never, ROOT_CONTEXT);
    run.processor.onEnd({ spanContext: explode } as never);
    expect(run.processor.tally().counts()).toMatchObject({ started: 1, live: 0, dropped: { overflow: 1 } });
    expect(run.guard.faults().map((fault) => fault.place)).toEqual([
      'SamplingSpanProcessor.onStart',
      'SamplingSpanProcessor.onEnd',
    ]);
  });

  it('in the first settings is thrown: there is no fallback', () => {
    expect(() => start({ settings: explode })).toThrow('fault');
  });

  it('does not come from an exporter that traces itself', () => {
    let depth = 0;
    const exporter = exporterThat((_, callback) => {
      if (depth++ < 3) fail(run.tracer.startSpan('export', {}, ROOT_CONTEXT)).end();
      callback({ code: 0 });
    });
    const run: ReturnType<typeof start> = start({ exporter });
    const open = Array.from({ length: 3 }, () => run.tracer.startSpan('open', HTTP, ROOT_CONTEXT));
    for (const span of open) fail(run.tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, span))).end();
    run.processor.decideOverdue();
    for (const span of open) span.end();
    expect(run.processor.tally().counts()).toMatchObject({ started: 9, live: 0 });
    expect(accounted(run.processor.tally().counts())).toBe(true);
  });
});
