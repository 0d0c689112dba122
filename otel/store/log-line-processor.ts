import { type Context, isSpanContextValid, SeverityNumber, trace } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadWriteLogRecord } from '@opentelemetry/sdk-logs';
import type { Guard } from '../base/guard.ts';
import type { AttributeMap, LogLevel, LogLine } from '../query.ts';
import { RecordingSpan } from '../spans/span.ts';
import type { LogStore } from './log-store.ts';
import { cutText, stringBytes } from './attribute-copy.ts';
import type { TraceLogs } from './trace-logs.ts';

const MAX_MESSAGE_CHARS = 1000;
/** About the size of a stack trace. */
const MAX_VALUE_CHARS = 4000;
const MAX_ATTRIBUTES = 16;
/** Of all values of a line together. */
const MAX_VALUES_CHARS = 8000;
/** The line's object and its fields. */
const LINE_BYTES = 160;

/** Keeps every log record on disk, and the ones written while a span was active also as lines of its trace. */
export class LogLineProcessor implements LogRecordProcessor {
  readonly #logs: TraceLogs;
  readonly #store: Pick<LogStore, 'add'> | undefined;
  readonly #guard: Guard;

  constructor(options: {
    readonly logs: TraceLogs;
    readonly store?: Pick<LogStore, 'add'>;
    readonly guard: Guard;
  }) {
    this.#logs = options.logs;
    this.#store = options.store;
    this.#guard = options.guard;
  }

  onEmit(record: ReadWriteLogRecord, context?: Context): void {
    this.#logs.created++;
    this.#guard.run('logs', () => this.#keep(record, context), undefined);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  #keep(record: ReadWriteLogRecord, context: Context | undefined): void {
    const { spanContext, instrumentationScope } = record;
    const isInSpan = spanContext !== undefined && isSpanContextValid(spanContext);
    if (!isInSpan && this.#store === undefined) return;
    const line = {
      timeMillis: timeOf(record, context),
      level: levelOf(record.severityNumber),
      message: cutText(textOf(record.body), MAX_MESSAGE_CHARS),
      attributes: copied(record.attributes),
    };
    const bytes = bytesOf(line);
    const { traceId, spanId } = isInSpan ? spanContext : { traceId: undefined, spanId: undefined };
    if (traceId !== undefined && spanId !== undefined) this.#logs.add(traceId, { ...line, spanId }, bytes);
    this.#store?.add({ ...line, logger: instrumentationScope.name, traceId, spanId }, bytes);
  }
}

/** A whole millisecond of a line and one of its trace's start are this far from the truth together, with the time that writing the line takes. */
const MAX_APART_MILLIS = 2;

/**
 * A logger's whole milliseconds would put a line before the exception that it reports. A line that is written now has the time of its trace instead, which
 * is monotonic and finer.
 */
function timeOf({ hrTime: [seconds, nanos] }: ReadWriteLogRecord, context: Context | undefined): number {
  const given = seconds * 1000 + nanos / 1e6;
  const span = context && trace.getSpan(context);
  if (!(span instanceof RecordingSpan) || !Number.isInteger(given)) return given;
  const present = span.presentMillis();
  return Math.abs(present - given) <= MAX_APART_MILLIS ? present : given;
}

function levelOf(severity: SeverityNumber | undefined): LogLevel {
  if (severity === undefined || severity < SeverityNumber.DEBUG)
    return severity === undefined ? 'info' : 'trace';
  if (severity < SeverityNumber.INFO) return 'debug';
  if (severity < SeverityNumber.WARN) return 'info';
  if (severity < SeverityNumber.ERROR) return 'warn';
  return severity < SeverityNumber.FATAL ? 'error' : 'fatal';
}

function textOf(body: ReadWriteLogRecord['body']): string {
  return typeof body === 'object' && body !== null ? (JSON.stringify(body) ?? '') : String(body ?? '');
}

function copied(attributes: ReadWriteLogRecord['attributes']): AttributeMap {
  const copy: Record<string, string | number | boolean> = {};
  let room = MAX_VALUES_CHARS;
  for (const [key, value] of Object.entries(attributes).slice(0, MAX_ATTRIBUTES)) {
    if (typeof value === 'number' || typeof value === 'boolean') copy[key] = value;
    else {
      const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      const kept = room < 2 ? '…' : cutText(text, Math.min(room, MAX_VALUE_CHARS));
      copy[key] = kept;
      room -= kept.length;
    }
  }
  return copy;
}

function bytesOf(line: Pick<LogLine, 'message' | 'attributes'>): number {
  let bytes = LINE_BYTES + stringBytes(line.message);
  for (const [key, value] of Object.entries(line.attributes)) {
    bytes += stringBytes(key) + (typeof value === 'string' ? stringBytes(value) : 8);
  }
  return bytes;
}
