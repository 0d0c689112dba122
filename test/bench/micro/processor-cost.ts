import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace';
import { FinishedSpan } from '../../../otel/instrumentation/finished-span.ts';
import { statementSubject } from '../../../otel/instrumentation/statement-facts.ts';
import { ATTR_DB_RESPONSE_RETURNED_ROWS } from '../../../otel/base/semconv.ts';
import { addedNanos } from './compare.ts';
import type { Figure } from './figure.ts';
import { createPipeline } from './pipeline.ts';
import { type EndedSpan, lonelyRequest, play, postPage } from './traces.ts';

/** Their spans are what waits together in the blog; more would only be colder. */
const PAGES = 50;
const STATEMENTS = 4;
const SUBJECT = statementSubject('SELECT * FROM posts WHERE path = ?', 'blog.db');

/**
 * What one operation costs over a no-op processor, all that is put off included: of a post page whose spans are the SDK's, as a trace of its
 * own, and as a statement that was over before it was a span.
 */
export async function measureProcessor(batches: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { rate, fate, target } of [
    { rate: 0, fate: 'dropped', target: 200 },
    { rate: 1, fate: 'kept', target: 600 },
  ]) {
    const { processor } = createPipeline(rate);
    const noop = new NoopSpanProcessor();
    const settle = (): void => processor.settle();
    const page = addedNanos({
      batches,
      calls: PAGES,
      make: postPage,
      subject: (spans) => play(processor, spans),
      settle,
      base: (spans) => play(noop, spans),
    });
    const alone = addedNanos({
      batches,
      make: () => [lonelyRequest()],
      subject: (spans) => play(processor, spans),
      settle,
      base: (spans) => play(noop, spans),
    });
    const withStatements = addedNanos({
      batches,
      calls: PAGES,
      make: requestWithStatements,
      subject: ({ request, statements }) => {
        processor.onStart(request.span, request.parent);
        for (const statement of statements) processor.recordFinished(statement);
        processor.onEnd(request.span);
      },
      settle,
      base: ({ request }) => play(noop, [request]),
    });
    await processor.shutdown();
    const figure = (what: string, value: number): Figure => ({
      what: `processor, ${fate} ${what}`,
      value,
      unit: 'ns',
      target,
    });
    figures.push(
      figure('operation of a post page', page / postPage().length),
      figure('operation alone in its trace', alone),
      figure('statement, over before its span', (withStatements - alone) / STATEMENTS),
    );
  }
  return figures;
}

function requestWithStatements(): {
  readonly request: EndedSpan;
  readonly statements: readonly FinishedSpan[];
} {
  const request = lonelyRequest();
  const span = request.span as Span & ReadableSpan;
  const statements = Array.from(
    { length: STATEMENTS },
    (_, i) =>
      new FinishedSpan(
        span,
        { span, startNanos: 0 },
        SUBJECT,
        { name: 'bench' },
        {
          startNanos: i * 1e5,
          durationNanos: 3e4,
          rows: 1,
          rowsAttribute: ATTR_DB_RESPONSE_RETURNED_ROWS,
        },
      ),
  );
  return { request, statements };
}
