import { context, ROOT_CONTEXT, SpanKind, trace, type Context, type Tracer } from '@opentelemetry/api';
import { type Span, TracerProvider } from '@opentelemetry/sdk-trace';
import {
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_RENDER_TEMPLATE,
} from '../../../otel/base/semconv.ts';

/** A provider without processors, so that spans can be shown to one by hand. */
const tracer: Tracer = new TracerProvider({}).getTracer('bench');

/** An ended span with the context it was started in. */
export interface EndedSpan {
  readonly span: Span;
  readonly parent: Context;
}

/** The request of a page that has no children: the dearest case per operation, as every span is a trace to decide. */
export function lonelyRequest(): EndedSpan {
  return ended(ROOT_CONTEXT, 'GET /*path', SpanKind.SERVER, {
    [ATTR_HTTP_REQUEST_METHOD]: 'GET',
    [ATTR_HTTP_ROUTE]: '/*path',
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: 200,
  });
}

/** A post page: the request, its three statements and its render. */
export function postPage(): readonly EndedSpan[] {
  const request = lonelyRequest();
  const inside = trace.setSpan(ROOT_CONTEXT, request.span);
  const statement = (): EndedSpan =>
    ended(inside, 'SELECT posts', SpanKind.CLIENT, {
      [ATTR_DB_SYSTEM_NAME]: 'sqlite',
      [ATTR_DB_QUERY_SUMMARY]: 'SELECT posts',
      [ATTR_DB_QUERY_TEXT]: 'SELECT * FROM posts WHERE path = ?',
    });
  const render = ended(inside, 'render post', SpanKind.INTERNAL, { [ATTR_RENDER_TEMPLATE]: 'post' });
  return [request, statement(), statement(), statement(), render];
}

/** Shows a processor the life of a page: the request starts first and ends last. */
export function play(
  processor: { onStart(span: Span, parent: Context): void; onEnd(span: Span): void },
  page: readonly EndedSpan[],
): void {
  const [request, ...children] = page;
  processor.onStart(request!.span, request!.parent);
  for (const { span, parent } of children) {
    processor.onStart(span, parent);
    processor.onEnd(span);
  }
  processor.onEnd(request!.span);
}

function ended(
  parent: Context,
  name: string,
  kind: SpanKind,
  attributes: Readonly<Record<string, string | number>>,
): EndedSpan {
  const span = tracer.startSpan(name, { kind, attributes: { ...attributes } }, parent) as Span;
  span.end();
  return { span, parent: parent === ROOT_CONTEXT ? context.active() : parent };
}
