import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { Middleware } from 'koa';
import { sessionOf } from '../accounts/load-session.ts';

/** Files: they are many, they touch no database, and asking who wants one would. */
const FILES = /^\/(?:assets|media)\//;

/**
 * Tells the signed-in owner's browser tools which trace an answer belongs to and how long it took until its headers. Readers never
 * get it, and without a session cookie nothing is looked up. Stands after `loadSession`.
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
