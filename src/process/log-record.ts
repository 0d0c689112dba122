import { type Attributes, logs, SeverityNumber } from '@opentelemetry/api';

const SEVERITIES: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};
/** Fields of a log line that have their own field in a log record. */
const OWN_FIELDS = new Set(['level', 'time', 'msg', 'trace_id', 'span_id', 'err']);
/** Fields with a name in the conventions; every other is in the namespace of the blog. */
const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  address: 'client.address',
  method: 'http.request.method',
  path: 'url.path',
  post: 'glasshouse.post.id',
};

interface LineError {
  readonly type?: string;
  readonly message?: string;
  readonly stack?: string;
}

/** Emits a log line as a record of OpenTelemetry's Logs API; without telemetry it does nothing. Never throws. */
export function emitLogRecord(line: string): void {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const level = String(fields['level']);
    logs.getLogger('glasshouse').emit({
      timestamp: Date.parse(String(fields['time'])),
      severityNumber: SEVERITIES[level] ?? SeverityNumber.INFO,
      severityText: level.toUpperCase(),
      body: String(fields['msg'] ?? ''),
      attributes: attributesOf(fields),
    });
  } catch {
    // The line is already written; its record must not fail a request.
  }
}

function attributesOf(fields: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries(fields)) {
    if (OWN_FIELDS.has(key) || value === undefined || value === null) continue;
    attributes[ATTRIBUTE_NAMES[key] ?? `glasshouse.${key}`] =
      typeof value === 'object' ? JSON.stringify(value) : value;
  }
  const error = fields['err'] as LineError | undefined;
  if (error?.type !== undefined) attributes['exception.type'] = error.type;
  if (error?.message !== undefined) attributes['exception.message'] = error.message;
  if (error?.stack !== undefined) attributes['exception.stacktrace'] = error.stack;
  return attributes;
}
