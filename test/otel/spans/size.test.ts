import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace';
import { sizeOf } from '../../../otel/spans/size.ts';
import { failedRequest } from '../sampling/ended-span-fixture.ts';
import { processorsOfEachTest } from '../sampling/processor-fixture.ts';

const start = processorsOfEachTest();

describe('sizeOf', () => {
  it('counts every text of a span, also those of its events', () => {
    const { tracer } = start({ rates: 1 });
    const span = tracer.startSpan('x', { attributes: { text: 'y'.repeat(10_000) } });
    span.addEvent('exception', { 'exception.stacktrace': 'z'.repeat(5000) });
    expect(sizeOf(span as Span & ReadableSpan)).toBeGreaterThan(2 * 15_000);
  });

  it('uses the size that a span states, without building what is lazy', () => {
    const span = {
      heldBytes: 1234,
      get attributes(): never {
        throw new Error('made too early');
      },
    };
    expect(sizeOf(span as unknown as ReadableSpan)).toBe(1234);
  });

  it('has a fixed size for a span that cannot be measured', () => {
    const broken = failedRequest({}).span;
    Object.defineProperty(broken, 'events', {
      get: () => {
        throw new Error('no events');
      },
    });
    expect(sizeOf(broken)).toBe(4096);
  });
});

describe('SamplingSpanProcessor', () => {
  const HUGE = { attributes: { text: 'x'.repeat(50_000) } };

  it('defers ended spans up to a bound in bytes', () => {
    const limits = { maxDeferredBytes: 350_000 };
    const { tracer, aggregates } = start({ rates: 1, deferredSpans: 256, limits });
    const seen: number[] = [];
    for (let i = 0; i < 8; i++) {
      tracer.startSpan('huge', HUGE).end();
      seen.push(aggregates.operations().other.count);
    }
    expect(seen).toEqual([0, 0, 0, 4, 4, 4, 4, 8]);
  });

  it.each([0, 256])(
    'lets few spans wait for their verdict when each is huge, with %d deferred',
    (deferredSpans) => {
      const run = start({ rates: 1, deferredSpans, limits: { maxPendingBytes: 350_000 } });
      for (let i = 0; i < 20; i++) {
        const root = run.tracer.startSpan('root', {}, ROOT_CONTEXT);
        run.tracer.startSpan('huge', HUGE, trace.setSpan(ROOT_CONTEXT, root)).end();
        const { pendingBytes, pendingSpans } = run.processor.held();
        expect(pendingBytes).toBeLessThanOrEqual(350_000);
        expect(pendingSpans).toBeLessThanOrEqual(3);
      }
      expect(run.local.spans).toHaveLength(17);
    },
  );
});
