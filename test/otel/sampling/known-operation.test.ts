import { DEFAULT_TRUSTED_PROXIES } from '../../../otel/settings/trusted-proxies.ts';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import fc from 'fast-check';
import { Guard } from '../../../otel/base/guard.ts';
import type { HttpOutcome } from '../../../otel/instrumentation/http-outcome.ts';
import { IncomingRequest } from '../../../otel/instrumentation/incoming-request.ts';
import { LinkedContext } from '../../../otel/instrumentation/linked-context.ts';
import { LiveSpan } from '../../../otel/instrumentation/live-span.ts';
import { type EndedSpan, KnownSpan, ReadSpan } from '../../../otel/sampling/ended-span.ts';
import { operationTypeOf, seriesOf } from '../../../otel/sampling/operation-type.ts';
import { SpanReader } from '../../../otel/sampling/span-reader.ts';
import { FakeClock } from './processor-fixture.ts';

const clock = new FakeClock();
const guard = new Guard();
const SOURCE = {
  kind: SpanKind.SERVER,
  scope: { name: 'test' },
  resource: defaultResource(),
  sink: { onStart: () => {}, onEnd: () => {} },
  clock,
  guard,
};
const START = { originMillis: clock.millis, originNanos: 5e9, startNanos: 5e9 + 333.25 };

interface Told {
  readonly verb: string;
  readonly set: Readonly<Record<string, string>>;
  readonly outcome: HttpOutcome;
  readonly durationNanos: number;
  readonly isFailed: boolean;
}

function answered({ verb, set, outcome, durationNanos, isFailed }: Told): LiveSpan {
  const socket = { remoteAddress: '127.0.0.1', remotePort: 4711 };
  const request = { method: verb, url: '/a?b=c', httpVersion: '1.1', headers: { host: 'a:1' }, socket };
  const incoming = new IncomingRequest(SOURCE, START.startNanos, request as unknown as IncomingMessage, {
    proxies: DEFAULT_TRUSTED_PROXIES,
    recordsAddresses: true,
  });
  const span = new LiveSpan(SOURCE, verb, undefined, LinkedContext.root, START, incoming);
  incoming.span = span;
  span.setAttributes(set);
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  incoming.outcome = outcome;
  span.endAfter(durationNanos);
  return span;
}

function byAttributes(span: LiveSpan): EndedSpan {
  const type = operationTypeOf(span);
  return new ReadSpan(span, type, seriesOf(type, span), undefined);
}

describe('what a request knows of itself', () => {
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
      timeToFirstByteNanos: fc.constantFrom(undefined, 0, 1234.5, 2e9),
      errorType: fc.constant(undefined),
      eventStream: fc.constantFrom(undefined, 'text/event-stream', 'text/event-stream; charset=utf-8'),
    }),
    durationNanos: fc.integer({ min: 0, max: 3e9 }),
    isFailed: fc.boolean(),
  });

  it('is what its attributes come to', () => {
    fc.assert(
      fc.property(told, (request) => {
        const { endMillis, ...known } = new SpanReader(guard, clock).read(answered(request), undefined);
        const { endMillis: byTimes, ...read } = byAttributes(answered(request));
        const { span: _, spanId: _id, ...facts } = known;
        expect(read).toMatchObject(facts);
        expect(endMillis).toBeCloseTo(byTimes, 3);
      }),
      { numRuns: 300 },
    );
  });

  it('makes no attributes, and leaves them to be asked where an app has set what they say', () => {
    const outcome: HttpOutcome = {
      outcome: 'complete',
      bodyBytes: 1,
      statusCode: 200,
      timeToFirstByteNanos: 1,
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
    expect(new SpanReader(guard, clock).read(span, undefined)).toBeInstanceOf(KnownSpan);
    const set = { 'http.request.method': 'PATCH', 'http.route': '/' };
    const read = new SpanReader(guard, clock).read(answered({ ...request, set }), undefined);
    expect([read, read.series]).toEqual([expect.any(ReadSpan), 'PATCH /']);
    expect(guard.faults()).toEqual([]);
  });
});
