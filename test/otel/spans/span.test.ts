import {
  type Context,
  type Span as ApiSpan,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  createTraceState,
  diag,
  trace,
} from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanProcessor,
  TracerProvider,
  createAlwaysRecordSampler,
} from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import type { Clock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { LinkedContext } from '../../../otel/instrumentation/linked-context.ts';
import { RecordingSpan } from '../../../otel/spans/span.ts';
import { DEFAULT_SPAN_LIMITS } from '../../../otel/spans/span-entries.ts';
import { RANDOM_FLAG } from '../../../otel/spans/span-context.ts';
import { SpanIds } from '../../../otel/spans/span-ids.ts';

const SCOPE = { name: 'glasshouse/test' };
const COMMON = {
  scope: SCOPE,
  resource: defaultResource(),
  limits: DEFAULT_SPAN_LIMITS,
  isLimited: false,
  ids: new SpanIds(),
};
const START_MILLIS = 1_800_000_000_123;
const START = { 'http.request.method': 'GET', 'url.path': '/a', both: 'start' };
const PARENT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  isRemote: true,
  traceFlags: TraceFlags.NONE,
  traceState: createTraceState('ot=rv:00000000000001,other=1'),
};

type Both = ApiSpan & ReadableSpan;
type Call = (span: Both) => unknown;

/** The time of both spans; the SDK's reads it from `performance` and `Date`. */
let nowMillis = 0;
const clock: Clock = {
  now: () => START_MILLIS + nowMillis,
  monotonicNanos: () => (1_000 + nowMillis) * 1e6,
};

class Recorder implements SpanProcessor {
  readonly seen: string[] = [];
  onStart(span: ReadableSpan): void {
    this.seen.push(`start ${span.name} ${span.kind}`);
  }
  onEnd(span: ReadableSpan): void {
    this.seen.push(`end ${span.name} ${span.ended}`);
  }
  forceFlush = (): Promise<void> => Promise.resolve();
  shutdown = (): Promise<void> => Promise.resolve();
}

function ours(parent?: typeof PARENT): { span: RecordingSpan; recorder: Recorder } {
  const recorder = new Recorder();
  const source = {
    ...COMMON,
    sink: recorder,
    clock,
    guard: new Guard(),
  };
  const startNanos = clock.monotonicNanos();
  const origin = { millis: clock.now(), nanos: startNanos };
  const lazy = { startAttributes: () => ({ ...START }) };
  const span = new RecordingSpan(source, 'GET', SpanKind.SERVER, parent, origin, startNanos, lazy);
  return { span: span.begin(LinkedContext.root), recorder };
}

function theirs(parent?: typeof PARENT): { span: Both; recorder: Recorder } {
  const recorder = new Recorder();
  const provider = new TracerProvider({
    spanProcessors: [recorder],
    resource: defaultResource(),
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
  });
  const root = LinkedContext.root;
  const context: Context = parent === undefined ? root : trace.setSpanContext(root, parent);
  const options = { kind: SpanKind.SERVER, attributes: START };
  return { span: provider.getTracer(SCOPE.name).startSpan('GET', options, context) as Both, recorder };
}

/** Every field of a ReadableSpan, and the results of the API's Span; except ids, which are random. */
function fields(span: Both): unknown {
  const { traceId, spanId, ...spanContext } = span.spanContext();
  return {
    ids: [/^[0-9a-f]{32}$/.test(traceId), /^[0-9a-f]{16}$/.test(spanId)],
    inherited: span.parentSpanContext === undefined || traceId === span.parentSpanContext.traceId,
    spanContext: {
      traceState: undefined,
      ...spanContext,
      traceFlags: spanContext.traceFlags & TraceFlags.SAMPLED,
    },
    name: span.name,
    kind: span.kind,
    parentSpanContext: span.parentSpanContext,
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: span.attributes,
    links: span.links,
    events: span.events,
    duration: span.duration,
    ended: span.ended,
    isRecording: span.isRecording(),
    resource: span.resource.attributes,
    scopeName: span.instrumentationScope.name,
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  };
}

const values = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined, NaN, [], [1, 'a'], ['a', null], { a: [1] }, new Uint8Array(2)),
  fc.constantFrom<unknown>(Symbol('no'), () => 1, new Date(0), 7n, /no/),
);
const keys = fc.oneof(
  fc.constantFrom('', 'both', 'url.path', 'http.route'),
  fc.nat(200).map((n) => `k${n}`),
);
const attributes = fc.dictionary(keys, values, { maxKeys: 5 });
const times = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: START_MILLIS - 10, max: START_MILLIS + 1e6 }),
  fc.integer({ min: START_MILLIS - 10, max: START_MILLIS + 1e6 }).map((millis) => new Date(millis)),
  fc.tuple(fc.integer({ min: 1_799_999_999, max: 1_800_000_900 }), fc.nat(999_999_999)),
);
const statuses = fc.record({
  code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
  message: fc.oneof(fc.string(), fc.constantFrom<unknown>(undefined, null, 7)),
});
const exceptions = fc.constantFrom<unknown>(
  'text',
  new TypeError('broken'),
  Object.assign(new Error('coded'), { code: 'EIO', stack: undefined }),
  { code: 7 },
  {},
  '',
  null,
);
const links = fc.record({
  context: fc.constant(PARENT),
  attributes: fc.option(attributes, { nil: undefined }),
});

const call = (name: string, ...args: unknown[]): readonly [string, Call] => [
  `${name}(${fc.stringify(args)})`,
  (span) => (span as unknown as Record<string, (...given: unknown[]) => unknown>)[name]!(...args),
];
const calls = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(keys, values).map(([key, value]) => call('setAttribute', key, value)) },
  { weight: 4, arbitrary: attributes.map((given) => call('setAttributes', given)) },
  fc.tuple(fc.string(), attributes, times).map((given) => call('addEvent', ...given)),
  fc.tuple(fc.string(), times, times).map((given) => call('addEvent', ...given)),
  links.map((link) => call('addLink', link)),
  fc.array(links, { maxLength: 3 }).map((given) => call('addLinks', given)),
  statuses.map((status) => call('setStatus', status)),
  fc.string().map((name) => call('updateName', name)),
  fc.tuple(exceptions, times).map((given) => call('recordException', ...given)),
  fc.constant(call('isRecording')),
  fc.constant(['read', (span: Both) => void span.attributes] as const),
  fc.nat(5_000).map((millis) => [`pass ${millis} ms`, () => void (nowMillis += millis / 2)] as const),
  times.map((time) => call('end', time)),
);

describe('RecordingSpan compared with a span of the SDK', () => {
  beforeEach(() => {
    nowMillis = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => clock.now());
    jest.spyOn(performance, 'now').mockImplementation(() => clock.monotonicNanos() / 1e6);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    diag.disable();
  });

  /** Both spans after the same calls. */
  function both(sequence: readonly (readonly [string, Call])[], parent?: typeof PARENT): [unknown, unknown] {
    nowMillis = 0;
    const pair = [ours(parent), theirs(parent)] as const;
    for (const [name, make] of sequence) {
      const before = nowMillis;
      const answers = pair.map(({ span }) => {
        nowMillis = before;
        const answer = make(span);
        return answer === span ? 'itself' : answer;
      });
      expect([name, answers[0]]).toEqual([name, answers[1]]);
    }
    const [left, right] = pair.map(({ span, recorder }) => [fields(span as Both), recorder.seen]);
    return [left, right];
  }

  it('has the same fields after any sequence of calls, with and without a parent', () => {
    fc.assert(
      fc.property(fc.array(calls, { maxLength: 40 }), fc.boolean(), (sequence, isChild) => {
        const [left, right] = both(sequence, isChild ? PARENT : undefined);
        expect(left).toEqual(right);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['setAttribute', 'addEvent', 'addLink'])(
    'keeps no more than 128 of %s, and counts the rest',
    (name) => {
      const sequence = Array.from({ length: 300 }, (_, i) =>
        name === 'addLink'
          ? call(name, { context: { ...PARENT, spanId: String(i).padStart(16, '0') } })
          : call(name, `k${i % 250}`, name === 'addEvent' ? { i } : i),
      );
      const [left, right] = both([...sequence, call('end')]);
      expect(left).toEqual(right);
      expect((left as [{ dropped: number[] }])[0].dropped.reduce((a, b) => a + b)).toBeGreaterThan(100);
    },
  );

  it('inherits the parent’s sampled flag and trace state, and starts as sampled', () => {
    const sampled = { ...PARENT, traceFlags: TraceFlags.SAMPLED | 2 };
    for (const parent of [undefined, PARENT, sampled]) {
      const [left, right] = both([], parent);
      expect(left).toEqual(right);
    }
    // Level 2 of W3C Trace Context, which the SDK does not support: the id of a new trace is random.
    expect(ours().span.spanContext().traceFlags).toBe(TraceFlags.SAMPLED | RANDOM_FLAG);
    expect(ours(PARENT).span.spanContext()).toMatchObject({
      traceFlags: TraceFlags.NONE,
      traceState: PARENT.traceState,
    });
  });

  it('accepts a time of performance.now(), to the microsecond', () => {
    nowMillis = 0;
    const pair = [ours().span, theirs().span] as const;
    nowMillis = 50;
    for (const span of pair) span.end(1_000 + 12.5);
    const [left, right] = pair.map(({ duration }) => duration);
    expect(left![0]).toBe(right![0]);
    expect(Math.abs(left![1] - right![1])).toBeLessThan(1_000);
    expect(left).toEqual([0, 12_500_000]);
  });
});

describe('RecordingSpan', () => {
  it('builds its attributes on first access, once, those of the end after the end', () => {
    const recorder = new Recorder();
    const looks: string[] = [];
    const guard = new Guard();
    const span = new RecordingSpan(
      { ...COMMON, sink: recorder, clock, guard },
      'GET',
      SpanKind.SERVER,
      undefined,
      { millis: START_MILLIS, nanos: 0 },
      0,
      {
        startAttributes: () => {
          looks.push('start');
          return { ...START };
        },
        addEndAttributes: (attributes) => {
          looks.push('end');
          attributes['http.response.status_code'] = 200;
        },
      },
    );
    span.setAttribute('http.route', '/:slug').setAttribute('both', 'set');
    expect(span.setSinceStart('http.route')).toBe('/:slug');
    expect(looks).toEqual([]);
    span.endAfter(1_500);
    expect(looks).toEqual([]);
    const { attributes } = span;
    expect(attributes).toEqual({
      ...START,
      both: 'set',
      'http.route': '/:slug',
      'http.response.status_code': 200,
    });
    expect(span.attributes).toBe(attributes);
    expect(looks).toEqual(['start', 'end']);
    expect([span.startTime, span.endTime, span.duration]).toEqual([
      [1_800_000_000, 123_000_000],
      [1_800_000_000, 123_001_500],
      [0, 1_500],
    ]);
    expect(guard.faults()).toEqual([]);
  });

  it('keeps faults of sink, clock and attributes inside, and counts each', () => {
    const fault = (): never => {
      throw new Error('telemetry broke');
    };
    const guard = new Guard();
    const span = new RecordingSpan(
      {
        ...COMMON,
        sink: { onStart: fault, onEnd: fault },
        clock: { now: () => START_MILLIS + 7, monotonicNanos: fault },
        guard,
      },
      'GET',
      SpanKind.SERVER,
      undefined,
      { millis: START_MILLIS, nanos: NaN },
      NaN,
      { startAttributes: fault, addEndAttributes: fault },
    ).begin(LinkedContext.root);
    span.setAttribute('kept', 1);
    span.end();
    expect(span.attributes).toEqual({ kept: 1 });
    // Without a monotonic clock, by the wall clock.
    expect([span.startTime, span.duration]).toEqual([
      [1_800_000_000, 123_000_000],
      [0, 7_000_000],
    ]);
    expect(guard.faults().map(({ place }) => place)).toEqual([
      'span start',
      'http clock',
      'span end',
      'span attributes',
    ]);
  });
});
