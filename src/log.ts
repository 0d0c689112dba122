import { isSpanContextValid, trace } from '@opentelemetry/api';
import { destination, pino, type DestinationStream, type Logger } from 'pino';
import type { BlogConfig } from './config.ts';

const STANDARD_ERROR = 2;

/**
 * One JSON line per event on standard error, with the ids of the span it happened in. Standard output belongs to the few lines
 * that a person reads at start.
 */
export function createLog(
  config: Pick<BlogConfig, 'logLevel'>,
  stream: DestinationStream = destination({ dest: STANDARD_ERROR, sync: true }),
): Logger {
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          '*.authorization',
          '*.cookie',
          '*.password',
          '*.token',
          'authorization',
          'cookie',
          'password',
          'token',
        ],
        censor: '(removed)',
      },
      mixin: activeSpanIds,
    },
    stream,
  );
}

function activeSpanIds(): object {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext === undefined || !isSpanContextValid(spanContext)
    ? {}
    : { trace_id: spanContext.traceId, span_id: spanContext.spanId };
}
