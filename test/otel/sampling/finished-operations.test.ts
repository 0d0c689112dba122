import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FinishedSpan } from '../../../otel/instrumentation/finished-span.ts';
import { statementSubject } from '../../../otel/instrumentation/statement-facts.ts';
import { ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_ROUTE } from '../../../otel/base/semconv.ts';
import { fail, startProcessor } from './processor-fixture.ts';

const SUBJECT = statementSubject('SELECT * FROM posts WHERE id = ?', 'blog.db');
const SCOPE = { name: 'glasshouse/better-sqlite3' };

type Processing = ReturnType<typeof startProcessor>;

function beginRequest({ tracer }: Processing): Span {
  const attributes = { [ATTR_HTTP_REQUEST_METHOD]: 'GET', [ATTR_HTTP_ROUTE]: '/:slug' };
  return tracer.startSpan('GET /:slug', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT) as Span;
}

function statement(request: Span, durationNanos = 1e6, parent: Span = request): FinishedSpan {
  return new FinishedSpan(parent as Span & ReadableSpan, { span: request, startNanos: 0 }, SUBJECT, SCOPE, {
    startNanos: 1e6,
    durationNanos,
    rows: 2,
    rowsAttribute: 'db.response.returned_rows',
  });
}

describe('SamplingSpanProcessor.recordFinished', () => {
  let processing: Processing | undefined;
  afterEach(async () => processing?.processor.shutdown());

  it('counts an ordinary operation whose trace is let go, and makes no span of it', () => {
    processing = startProcessor({ rates: 0 });
    const request = beginRequest(processing);
    processing.processor.recordFinished(statement(request));
    request.end();
    expect(processing.aggregates.series('database')).toMatchObject([
      {
        name: SUBJECT.statement!.text,
        summary: 'SELECT posts',
        text: SUBJECT.statement!.text,
        count: 1,
        kept: 0,
        rows: 2,
        callers: ['GET /:slug'],
      },
    ]);
    expect(processing.processor.counts()).toMatchObject({ started: 2, live: 0, dropped: { probability: 2 } });
    expect(processing.local.spans).toEqual([]);
  });

  it('keeps it with its trace, as a child of the span it ran in', () => {
    processing = startProcessor({ rates: 1 });
    const request = beginRequest(processing);
    processing.processor.recordFinished(statement(request));
    request.end();
    expect(processing.local.spans).toMatchObject([
      { operationType: 'database', keepReason: 'probability', parentSpanContext: request.spanContext() },
      { operationType: 'http', keepReason: 'probability' },
    ]);
    expect(processing.processor.counts()).toMatchObject({ started: 2, live: 0, kept: { probability: 2 } });
  });

  it.each([
    ['at', 1e9, ['slow', 'ancestor']],
    ['just below', 1e9 - 1, []],
  ])('%s the threshold of a slow one, at rate 0', (_where, durationNanos, reasons) => {
    processing = startProcessor({ rates: 0 });
    const request = beginRequest(processing);
    processing.processor.recordFinished(statement(request, durationNanos));
    request.end();
    expect(processing.local.spans.map(({ keepReason }) => keepReason)).toEqual(reasons);
  });

  it('inherits the verdict of its trace when it comes after it', () => {
    processing = startProcessor({ rates: { http: 0, database: 1 } });
    const request = beginRequest(processing);
    fail(request).end();
    processing.processor.recordFinished(statement(request));
    processing.processor.recordFinished(statement(request, 2e9));
    expect(processing.local.spans.map(({ keepReason }) => keepReason)).toEqual([
      'error',
      'probability',
      'late',
    ]);
  });

  it('goes to the OTLP pipeline when that wants it, whatever the process keeps', () => {
    processing = startProcessor({ rates: 0, exportRates: 1 });
    const request = beginRequest(processing);
    processing.processor.recordFinished(statement(request));
    request.end();
    expect(processing.local.spans).toEqual([]);
    expect(processing.exported.spans.map(({ name }) => name)).toEqual(['SELECT posts', 'GET /:slug']);
  });

  it('that cannot be read is counted as a fault, and the trace around it stays whole', () => {
    processing = startProcessor({ rates: 1 });
    const request = beginRequest(processing);
    const broken = Object.create(statement(request), {
      traceId: {
        get: () => {
          throw new Error('no trace id');
        },
      },
    }) as FinishedSpan;
    processing.processor.recordFinished(broken);
    request.end();
    expect(processing.local.spans).toHaveLength(1);
    expect(processing.guard.faults()).toMatchObject([{ place: 'SamplingSpanProcessor.recordFinished' }]);
  });
});

describe('SamplingSpanProcessor whose ended spans wait', () => {
  /** What happens in one request, each step with the rank of its type. */
  const step = fc.record({
    kind: fc.constantFrom('span' as const, 'failed' as const, 'statement' as const, 'slow' as const),
    settles: fc.boolean(),
  });

  it('comes to the same counts and verdicts as one that handles each at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(0, 0.5, 1),
        fc.integer({ min: 1, max: 40 }),
        async (requests, rate, deferredSpans) => {
          const atOnce = startProcessor({ rates: rate });
          const waiting = startProcessor({ rates: rate, deferredSpans });
          for (const steps of requests) play(steps, [atOnce, waiting]);
          expect(waiting.processor.counts()).toEqual(atOnce.processor.counts());
          const facts = ({ local }: Processing) =>
            local.spans.map(({ name, keepReason, spanId }) => [name, keepReason, spanId.length]);
          expect(facts(waiting)).toEqual(facts(atOnce));
          const counted = ({ aggregates }: Processing) =>
            Object.values(aggregates.operations()).map(({ count, errors, kept }) => [count, errors, kept]);
          expect(counted(waiting)).toEqual(counted(atOnce));
          await Promise.all([atOnce.processor.shutdown(), waiting.processor.shutdown()]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('shows what ended to whoever asks, without waiting', () => {
    const { processor, local, tracer } = startProcessor({ rates: 1, deferredSpans: 100 });
    const span = tracer.startSpan('job');
    span.end();
    expect(local.spans).toEqual([]);
    expect(processor.counts()).toMatchObject({ started: 1, live: 0, kept: { probability: 1 } });
    expect(local.spans).toHaveLength(1);
    return processor.shutdown();
  });

  it.each(['forceFlush', 'shutdown'] as const)('hands over what waits at %s', async (end) => {
    const { processor, local, tracer } = startProcessor({ rates: 1, deferredSpans: 100 });
    tracer.startSpan('job').end();
    await processor[end]();
    expect(local.spans).toHaveLength(1);
    await processor.shutdown();
  });

  it('looks at what ended after shutdown as well', async () => {
    const { processor, tracer } = startProcessor({ rates: 1, deferredSpans: 100 });
    const span = tracer.startSpan('job');
    await processor.shutdown();
    span.end();
    expect(processor.counts()).toMatchObject({ started: 1, live: 0 });
  });
});

/** The same request to each: one trace id for all, so that their verdicts can be compared. */
function play(
  steps: readonly { readonly kind: 'span' | 'failed' | 'statement' | 'slow'; readonly settles: boolean }[],
  all: readonly Processing[],
): void {
  const remote = {
    traceId: Array.from({ length: 4 }, () =>
      Math.floor(Math.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join(''),
    spanId: '00000000000000aa',
    traceFlags: 1,
    isRemote: true,
  };
  for (const { tracer, processor } of all) {
    const inRemote = trace.setSpanContext(ROOT_CONTEXT, remote);
    const attributes = { [ATTR_HTTP_REQUEST_METHOD]: 'GET', [ATTR_HTTP_ROUTE]: '/:slug' };
    const request = tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, inRemote) as Span;
    for (const { kind, settles } of steps) {
      if (kind === 'statement') processor.recordFinished(statement(request));
      else if (kind === 'slow') processor.recordFinished(statement(request, 2e9));
      else {
        const child = tracer.startSpan(kind, {}, trace.setSpan(inRemote, request));
        if (kind === 'failed') fail(child);
        child.end();
      }
      if (settles) processor.settle();
    }
    request.end();
  }
}
