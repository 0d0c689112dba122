import { trace } from '@opentelemetry/api';
import type { Context } from 'koa';
import type { Logger } from 'pino';

/** Codes of a connection that the client closed, stalled or broke, or that a shutdown closed. The span records which; these are not logged. */
const CLIENT_LEFT = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ESHUTDOWN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

/** A listener for the app's `error` event: logs one line and records the exception on the request's span. */
export function errorLog(
  log: Logger,
): (error: Error & { code?: string; status?: number }, ctx?: Context) => void {
  return (error, ctx) => {
    if (error.code !== undefined && CLIENT_LEFT.has(error.code)) return;
    if (error.status !== undefined && error.status < 500) return;
    trace.getActiveSpan()?.recordException(error);
    log.error(
      {
        err: error,
        method: ctx?.method,
        path: ctx?.url.split('?', 1)[0],
        request_id: ctx?.state['requestId'],
      },
      'request failed',
    );
  };
}
