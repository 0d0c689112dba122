import { isSpanContextValid, trace } from '@opentelemetry/api';
import { destination, pino, type DestinationStream, type Logger } from 'pino';
import type { BlogConfig } from './config.ts';
import { emitLogRecord } from './log-record.ts';

const STANDARD_ERROR = 2;
const SECRET_FIELDS = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret'];

/**
 * Writes one JSON line per event to standard error, with the ids of the active span; standard output is for the few lines that a person
 * reads at start. Each line also becomes an OpenTelemetry log record, without secrets.
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
        paths: SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]),
        censor: '(removed)',
      },
      mixin: activeSpanIds,
    },
    {
      write(line) {
        stream.write(line);
        emitLogRecord(line);
      },
    },
  );
}

function activeSpanIds(): object {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext === undefined || !isSpanContextValid(spanContext)
    ? {}
    : { trace_id: spanContext.traceId, span_id: spanContext.spanId };
}
