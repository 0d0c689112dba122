import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { Middleware } from 'koa';
import { sessionOf } from '../accounts/load-session.ts';

/** Files are excluded: they are many, need no database, and checking the session would. */
const FILES = /^\/(?:assets|media)\//;

/**
 * Sends the owner's browser tools the trace id of a response and its time to headers, as Server-Timing. Readers never get it, and
 * without a session cookie nothing is looked up. Mounted after `loadSession`.
 */
export function serverTiming(clock: () => number = () => performance.now()): Middleware {
  return async (ctx, next) => {
    const start = clock();
    try {
      await next();
    } finally {
      if (!FILES.test(ctx.path) && !ctx.headerSent && sessionOf(ctx) !== undefined) {
        const spanContext = trace.getActiveSpan()?.spanContext();
        const parts = [`total;dur=${(clock() - start).toFixed(1)}`];
        if (spanContext !== undefined && isSpanContextValid(spanContext))
          parts.unshift(`trace;desc="${spanContext.traceId}"`);
        ctx.append('Server-Timing', parts.join(', '));
      }
    }
  };
}
