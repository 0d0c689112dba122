import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import type { Middleware } from 'koa';

/** Every answer names its request: by the trace id when there is a span, so that the observatory finds it, else at random. */
export function requestIdentity(): Middleware {
  return (ctx, next) => {
    const span = trace.getActiveSpan();
    const id =
      // A span that records has an id that is none of zeros.
      span?.isRecording() === true
        ? span.spanContext().traceId
        : // Unlike randomBytes it draws from a pool: 0.2 µs instead of 10.
          randomUUID().replaceAll('-', '');
    ctx.state['requestId'] = id;
    ctx.set('X-Request-ID', id);
    return next();
  };
}
