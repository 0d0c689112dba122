import { type Context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace';
import { Guard } from '../../../otel/base/guard.ts';
import { Operations } from '../../../otel/instrumentation/operations.ts';
import { statementSubject } from '../../../otel/instrumentation/statement-facts.ts';
import { ATTR_DB_RESPONSE_RETURNED_ROWS } from '../../../otel/base/semconv.ts';
import type { RecordingTracer } from '../../../otel/spans/tracer.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import { addedNanos } from './compare.ts';
import type { Figure } from './figure.ts';
import { createPipeline } from './pipeline.ts';
import { lonelyRequest, play, postPage } from './traces.ts';

/** Their spans are what waits together in the blog; more would only be colder. */
const PAGES = 50;
const STATEMENTS = 4;
const HTTP = { 'http.request.method': 'GET', 'http.route': '/:slug' };
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
    const tracer = new RecordingTracerProvider({
      resource: defaultResource(),
      processors: [processor],
      guard: new Guard(),
    }).getTracer('bench');
    const operations = new Operations(new Guard(), () => tracer);
    const withStatements = addedNanos({
      batches,
      calls: PAGES,
      make: () => ROOT_CONTEXT,
      subject: (root) => requestWithStatements(tracer, operations, root, STATEMENTS),
      settle,
      base: (root) => requestWithStatements(tracer, operations, root, 0),
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
      figure('statement, span and all', withStatements / STATEMENTS),
    );
  }
  return figures;
}

function requestWithStatements(
  tracer: RecordingTracer,
  operations: Operations,
  root: Context,
  statements: number,
): void {
  const request = tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes: HTTP }, root);
  const inside = trace.setSpan(root, request);
  for (let i = 0; i < statements; i++)
    operations.note(inside, SUBJECT, {
      startNanos: i * 1e5,
      durationNanos: 3e4,
      rows: 1,
      rowsAttribute: ATTR_DB_RESPONSE_RETURNED_ROWS,
    });
  request.end();
}
