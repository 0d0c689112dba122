import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import { fc } from '../../fixtures/properties.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { HttpOutcome } from '../../../otel/instrumentation/http-outcome.ts';
import { DEFAULT_CLIENT_RULES } from '../../../otel/instrumentation/http-request-attributes.ts';
import { IncomingRequest } from '../../../otel/instrumentation/incoming-request.ts';
import { RecordingSpan } from '../../../otel/spans/span.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { askedOf, operationReader } from '../../../otel/spans/read-operation.ts';
import { DEFAULT_SPAN_LIMITS } from '../../../otel/spans/span-entries.ts';
import { SpanIds } from '../../../otel/spans/span-ids.ts';
import { FakeClock } from '../sampling/processor-fixture.ts';

const clock = new FakeClock();
const guard = new Guard();
const SOURCE = {
  limits: DEFAULT_SPAN_LIMITS,
  isLimited: false,
  ids: new SpanIds(),
  scope: { name: 'test' },
  resource: defaultResource(),
  sink: { onStart: () => {}, onEnd: () => {} },
  clock,
  guard,
};
const read = operationReader(guard, clock);
const ORIGIN = { millis: clock.millis, nanos: 5e9 };
const START_NANOS = 5e9 + 333.25;

const HEADERS = { host: 'a:1', 'user-agent': 'Mozilla/5.0' };

interface Told {
  readonly verb: string;
  readonly set: Readonly<Record<string, string>>;
  readonly outcome: HttpOutcome;
  readonly durationNanos: number;
  readonly isFailed: boolean;
}

function answered({ verb, set, outcome, durationNanos, isFailed }: Told): RecordingSpan {
  const socket = { remoteAddress: '127.0.0.1', remotePort: 4711 };
  const request = { method: verb, url: '/a?b=c', httpVersion: '1.1', headers: HEADERS, socket };
  const message = request as unknown as IncomingMessage;
  const incoming = new IncomingRequest(SOURCE, START_NANOS, message, DEFAULT_CLIENT_RULES);
  const span = new RecordingSpan(SOURCE, verb, SpanKind.SERVER, undefined, ORIGIN, START_NANOS, incoming);
  incoming.span = span;
  span.setAttributes(set);
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  incoming.outcome = outcome;
  span.endAfter(durationNanos);
  return span;
}

/** Like any span that provides only its attributes. */
function byAttributes(span: RecordingSpan): EndedSpan {
  const { name, kind, status, attributes, duration, endTime, instrumentationScope, parentSpanContext } = span;
  const stranger = {
    name,
    kind,
    status,
    attributes,
    duration,
    endTime,
    instrumentationScope,
    parentSpanContext,
  };
  return read({ ...stranger, spanContext: () => span.spanContext() } as RecordingSpan, undefined);
}

describe('the known operation of a request', () => {
  const told: fc.Arbitrary<Told> = fc.record({
    verb: fc.constantFrom('GET', 'POST', 'BREW'),
    set: fc.constantFrom<Told['set']>(
      {},
      { 'http.route': '/:slug' },
      { 'http.route': '' },
      { 'http.route': '/:slug', 'http.request.method': 'PATCH' },
      { color: 'red' },
    ),
    outcome: fc.record({
      outcome: fc.constantFrom('complete', 'aborted', 'error') as fc.Arbitrary<HttpOutcome['outcome']>,
      bodyBytes: fc.nat(),
      statusCode: fc.constantFrom(undefined, 200, 399, 400, 404, 499, 500),
      timeToFirstByteNanos: fc.constantFrom(undefined, 0, 1234, 2e9),
      loopIdleMillis: fc.constantFrom(0, 40),
      errorType: fc.constant(undefined),
      eventStream: fc.constantFrom(undefined, 'text/event-stream', 'text/event-stream; charset=utf-8'),
    }),
    durationNanos: fc.integer({ min: 0, max: 3e9 }),
    isFailed: fc.boolean(),
  });

  it('equals the one read from its attributes', () => {
    fc.assert(
      fc.property(told, (request) => {
        const { endMillis, ...known } = read(answered(request), undefined);
        const { endMillis: byTimes, ...told } = byAttributes(answered(request));
        const { span: _, ...facts } = known;
        expect({ ...told, asked: undefined }).toMatchObject({ ...facts, asked: undefined });
        const asked = askedOf(read(answered(request), undefined));
        expect(askedOf(byAttributes(answered(request)))).toEqual({
          askedPath: asked?.askedPath,
          askedFrom: asked?.askedFrom,
          userAgent: asked?.userAgent,
          askedBy: asked?.askedBy,
        });
        expect(endMillis).toBeCloseTo(byTimes, 3);
      }),
      { numRuns: 300 },
    );
  });

  it('builds no attributes, and defers to them if an app has set one of them', () => {
    const outcome: HttpOutcome = {
      outcome: 'complete',
      bodyBytes: 1,
      statusCode: 200,
      timeToFirstByteNanos: 1,
      loopIdleMillis: 0,
      errorType: undefined,
      eventStream: undefined,
    };
    const request = { verb: 'GET', set: { 'http.route': '/' }, outcome, durationNanos: 1, isFailed: false };
    const span = answered(request);
    Object.defineProperty(span, 'attributes', {
      get: () => {
        throw new Error('made');
      },
    });
    expect(read(span, undefined)).toMatchObject({ type: 'http', series: 'GET /' });
    const set = { 'http.request.method': 'PATCH', 'http.route': '/' };
    expect(read(answered({ ...request, set }), undefined)).toMatchObject({ series: 'PATCH /' });
    expect(guard.faults()).toEqual([]);
  });
});
