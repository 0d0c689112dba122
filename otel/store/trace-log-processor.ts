import { isSpanContextValid, SeverityNumber } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadWriteLogRecord } from '@opentelemetry/sdk-logs';
import type { Guard } from '../base/guard.ts';
import type { AttributeMap, LogLine } from '../query.ts';
import { cutText, stringBytes } from './attribute-copy.ts';
import type { TraceLogs } from './trace-logs.ts';

const MAX_MESSAGE_CHARS = 1000;
/** About the size of a stack trace. */
const MAX_VALUE_CHARS = 4000;
const MAX_ATTRIBUTES = 16;
/** The line's object and its fields. */
const LINE_BYTES = 160;

/** Keeps log records written while a span was active, as lines of its trace. Ignores all others. */
export class TraceLogProcessor implements LogRecordProcessor {
  readonly #logs: TraceLogs;
  readonly #guard: Guard;

  constructor(options: { readonly logs: TraceLogs; readonly guard: Guard }) {
    this.#logs = options.logs;
    this.#guard = options.guard;
  }

  onEmit(record: ReadWriteLogRecord): void {
    this.#logs.created++;
    this.#guard.run('logs', () => this.#keep(record), undefined);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  #keep(record: ReadWriteLogRecord): void {
    const { spanContext } = record;
    if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
    const line: LogLine = {
      timeMillis: record.hrTime[0] * 1000 + record.hrTime[1] / 1e6,
      spanId: spanContext.spanId,
      level: levelOf(record.severityNumber),
      message: cutText(String(record.body ?? ''), MAX_MESSAGE_CHARS),
      attributes: copied(record.attributes),
    };
    this.#logs.add(spanContext.traceId, line, bytesOf(line));
  }
}

/** Source: OpenTelemetry specification, "Logs Data Model", SeverityNumber: four numbers per level. */
function levelOf(severity: SeverityNumber | undefined): LogLine['level'] {
  if (severity === undefined || severity < SeverityNumber.DEBUG)
    return severity === undefined ? 'info' : 'trace';
  if (severity < SeverityNumber.INFO) return 'debug';
  if (severity < SeverityNumber.WARN) return 'info';
  if (severity < SeverityNumber.ERROR) return 'warn';
  return severity < SeverityNumber.FATAL ? 'error' : 'fatal';
}

function copied(attributes: ReadWriteLogRecord['attributes']): AttributeMap {
  const entries = Object.entries(attributes).slice(0, MAX_ATTRIBUTES);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'number' || typeof value === 'boolean'
        ? value
        : cutText(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), MAX_VALUE_CHARS),
    ]),
  );
}

function bytesOf(line: LogLine): number {
  let bytes = LINE_BYTES + stringBytes(line.message);
  for (const [key, value] of Object.entries(line.attributes)) {
    bytes += stringBytes(key) + (typeof value === 'string' ? stringBytes(value) : 8);
  }
  return bytes;
}
