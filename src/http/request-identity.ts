import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import type { Middleware } from 'koa';

/** Sets X-Request-ID: the trace id if there is a span, so that the observatory finds it, else a random id. */
export function requestIdentity(): Middleware {
  return (ctx, next) => {
    const span = trace.getActiveSpan();
    const id =
      // The trace id of a span that does not record is all zeros.
      span?.isRecording() === true
        ? span.spanContext().traceId
        : // Draws from a pool, unlike randomBytes: 0.2 µs instead of 10.
          randomUUID().replaceAll('-', '');
    ctx.state['requestId'] = id;
    ctx.set('X-Request-ID', id);
    return next();
  };
}
