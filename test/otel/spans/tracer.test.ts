import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type Attributes,
  type Context,
  context,
  createTraceState,
  diag,
  INVALID_SPAN_CONTEXT,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  type IdGenerator,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanLimits,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { fc } from '../../fixtures/properties.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { RANDOM_FLAG } from '../../../otel/spans/span-context.ts';
import { SpanIds } from '../../../otel/spans/span-ids.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';

const NOW = 1_800_000_000_123;
const PARENT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState('ot=rv:00000000000001,other=1'),
};
const clock = { now: () => NOW, monotonicNanos: () => 5_000 * 1e6 };

class Recorder implements SpanProcessor {
  readonly seen: unknown[] = [];
  onStart(span: ReadableSpan & Span, parent: Context): void {
    this.seen.push(['start', fields(span), trace.getSpanContext(parent)?.spanId]);
  }
  onEnd(span: ReadableSpan): void {
    this.seen.push(['end', fields(span)]);
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** The same ids for both. */
function countedIds(): IdGenerator {
  let next = 1;
  return {
    generateTraceId: () => (next++).toString(16).padStart(32, 'a'),
    generateSpanId: () => (next++).toString(16).padStart(16, 'b'),
  };
}

function fields(span: ReadableSpan): unknown {
  const { traceId, traceFlags, traceState } = span.spanContext();
  return {
    isNew: traceId !== PARENT.traceId,
    flags: traceFlags & TraceFlags.SAMPLED,
    state: traceState?.serialize(),
    name: span.name,
    kind: span.kind,
    parent: span.parentSpanContext?.spanId,
    start: span.startTime,
    // Values at that moment.
    attributes: { ...span.attributes },
    links: [...span.links],
    events: [...span.events],
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
    ended: span.ended,
    scope: span.instrumentationScope.name,
    version: span.instrumentationScope.version,
  };
}

/** Tracers of the kit and of the SDK. */
function both(limits: SpanLimits = {}) {
  const recorders = [new Recorder(), new Recorder()] as const;
  const ours = new RecordingTracerProvider({
    resource: emptyResource(),
    processors: [recorders[0]],
    guard: new Guard(),
    clock,
    limits,
    ids: countedIds(),
  });
  const theirs = new TracerProvider({
    resource: emptyResource(),
    spanProcessors: [recorders[1]],
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
    spanLimits: limits,
    idGenerator: countedIds(),
  });
  const tracers: readonly Tracer[] = [ours, theirs].map((provider) => provider.getTracer('scope', '1.2.3'));
  return { tracers, recorders };
}

const values = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom<unknown>(
    null,
    undefined,
    NaN,
    [],
    [1, 2],
    ['a', 'bcdef'],
    [1, 'a'],
    {},
    Symbol('no'),
    () => 1,
  ),
);
const attributes = fc.dictionary(
  fc.oneof(
    fc.constantFrom('', 'a', 'b'),
    fc.nat(200).map((n) => `k${n}`),
  ),
  values,
  { maxKeys: 12 },
) as fc.Arbitrary<Attributes>;
const links: fc.Arbitrary<Link> = fc.record({
  context: fc.constant(PARENT),
  attributes: fc.option(attributes, { nil: undefined }),
}) as fc.Arbitrary<Link>;
/** None in the future: then an event of the SDK's span would be before its start, and one of ours at it. */
const times = fc.constantFrom<SpanOptions['startTime']>(
  undefined,
  NOW - 7,
  1200,
  new Date(NOW - 1000),
  [1_799_999_999, 125_000_000],
);
const options = fc.record({
  kind: fc.constantFrom(undefined, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER),
  root: fc.constantFrom(undefined, true, false),
  startTime: times,
  attributes: fc.option(attributes, { nil: undefined }),
  links: fc.option(fc.array(links, { maxLength: 5 }), { nil: undefined }),
}) as fc.Arbitrary<SpanOptions>;
const parents = fc.constantFrom<Context>(
  ROOT_CONTEXT,
  trace.setSpanContext(ROOT_CONTEXT, PARENT),
  trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, traceFlags: TraceFlags.NONE }),
  trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT),
  trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, spanId: 'nonsense' }),
  suppressTracing(trace.setSpanContext(ROOT_CONTEXT, PARENT)),
);
const limits = fc.record({
  attributeCountLimit: fc.constantFrom(1, 5, 128),
  attributeValueLengthLimit: fc.constantFrom(2, 10, Infinity),
  linkCountLimit: fc.constantFrom(0, 2, 128),
  eventCountLimit: fc.constantFrom(0, 2, 128),
  attributePerEventCountLimit: fc.constantFrom(1, 128),
  attributePerLinkCountLimit: fc.constantFrom(1, 128),
});

describe('a tracer compared with the SDK’s', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncContextManager());
  });
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => clock.now());
    jest.spyOn(performance, 'now').mockImplementation(() => clock.monotonicNanos() / 1e6);
    // The SDK adds it to a time of performance.now(), and where it has a fraction, as most processes' has, rounds by a nanosecond.
    jest.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(NOW - 5000);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    diag.disable();
  });

  it('starts the same span for any options, parents and limits, and notifies processors when it is complete', () => {
    fc.assert(
      fc.property(fc.string(), options, parents, limits, (name, given, parent, bound) => {
        const { tracers, recorders } = both(bound);
        const [left, right] = tracers.map((tracer) => {
          const span = tracer.startSpan(name, given, parent);
          span.setAttribute('later', 'a value that is long');
          span.addEvent('event', { a: 'a value that is long', b: 1 });
          span.addEvent('event');
          span.addLink({ context: PARENT, attributes: { a: 'a value that is long', b: 1 } });
          const isRecording = span.isRecording();
          span.end();
          return [isRecording, span.spanContext().traceId === INVALID_SPAN_CONTEXT.traceId];
        });
        expect(left).toEqual(right);
        expect(recorders[0].seen).toEqual(recorders[1].seen);
      }),
      { numRuns: 400 },
    );
  });

  it.each<[string, (tracer: Tracer, call: (span: Span) => string) => string]>([
    ['a name', (tracer, call) => tracer.startActiveSpan('name', call)],
    ['options', (tracer, call) => tracer.startActiveSpan('name', { kind: SpanKind.CLIENT }, call)],
    [
      'options and a context',
      (tracer, call) =>
        tracer.startActiveSpan('name', { root: true }, trace.setSpanContext(ROOT_CONTEXT, PARENT), call),
    ],
  ])('makes a span active, with %s', (_what, start) => {
    const { tracers, recorders } = both();
    for (const tracer of tracers) {
      const answer = start(tracer, (span) => {
        expect(trace.getActiveSpan()).toBe(span);
        span.end();
        return 'answer';
      });
      expect(answer).toBe('answer');
      expect(trace.getActiveSpan()).toBeUndefined();
      expect(() =>
        start(tracer, () => {
          throw new RangeError('of the app');
        }),
      ).toThrow(new RangeError('of the app'));
    }
    expect(recorders[0].seen).toEqual(recorders[1].seen);
  });
});

describe('RecordingTracerProvider', () => {
  const quiet = { resource: emptyResource(), processors: [], guard: new Guard() };

  it('has one tracer per name, version and schema', () => {
    const provider = new RecordingTracerProvider(quiet);
    expect(provider.getTracer('a')).toBe(provider.getTracer('a'));
    expect(provider.getTracer('a', '1')).not.toBe(provider.getTracer('a'));
    expect(provider.getTracer('a', '1', { schemaUrl: 'x' })).not.toBe(provider.getTracer('a', '1'));
    for (let i = 0; i < 2000; i++) provider.getTracer(`tracer ${i}`);
    expect(provider.getTracer('late').startSpan('works').isRecording()).toBe(true);
  });

  it('marks the ids of new traces as random, and keeps the flag of others (Trace Context level 2)', () => {
    const tracer = new RecordingTracerProvider(quiet).getTracer('a');
    const flagsUnder = (traceFlags: number | undefined): number => {
      const parent =
        traceFlags === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, traceFlags });
      return tracer.startSpan('a', {}, parent).spanContext().traceFlags;
    };
    expect([undefined, 0, 1, 2, 3, 0xff].map(flagsUnder)).toEqual([
      TraceFlags.SAMPLED | RANDOM_FLAG,
      0,
      1,
      2,
      3,
      3,
    ]);
    const rightmost = Array.from({ length: 200 }, () => new SpanIds().generateTraceId().slice(18));
    expect(new Set(rightmost).size).toBe(200);
  });

  it('keeps a fault of one processor from the app and the next one', async () => {
    const fault = (): never => {
      throw new Error('broken');
    };
    const broken = { onStart: fault, onEnding: fault, onEnd: fault, forceFlush: fault, shutdown: fault };
    const recorder = new Recorder();
    const guard = new Guard();
    const provider = new RecordingTracerProvider({ ...quiet, guard, processors: [broken, recorder] });
    provider.getTracer('a').startSpan('a').end();
    await provider.forceFlush();
    await provider.shutdown();
    expect(recorder.seen).toHaveLength(2);
    expect(guard.faults()).toMatchObject([{ place: 'span processor', count: 5 }]);
  });
});
