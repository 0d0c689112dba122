import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { OperationType, StatementNames } from '../base/operation-types.ts';
import { ATTR_ERROR_TYPE } from '../base/semconv.ts';
import {
  answerNanosOf,
  askedIn,
  durationNanosOf,
  errorTypeIn,
  isAborted,
  isClientError,
  isFailed,
  labelsOf,
  operationTypeOf,
  requestTimesOf,
  rowsOf,
  seriesOf,
  slownessOf,
  statementNamesOf,
  statusCodeOf,
  UNKNOWN_PATHS,
} from './operation-type.ts';
import type { AskedAddress } from './asked-address.ts';
import type { KnownOperation, KnownSubject } from './known-operation.ts';
import type { EndedSpan, Operation } from './operation.ts';
import { RecordedSpan } from './recorded-span.ts';

/** The trace of a span, as far as naming needs it. */
export interface TraceOfOperation {
  /** The local root while the trace is pending; its route names the callers of statements. */
  readonly root: ReadableSpan | undefined;
  /** Http series of the root, once its route is known. */
  caller: string | undefined;
}

/**
 * Reads an ended span as an operation (G8). The kit's own spans provide it without building attributes; of any other span the attributes are read.
 * A foreign span may throw on any access: it is then counted as far as it can be read, and kept. Never throws.
 */
export function operationReader(
  guard: Guard,
  clock: Clock,
): (span: ReadableSpan, trace: TraceOfOperation | undefined) => EndedSpan {
  return (span, trace) => {
    try {
      if (!(span instanceof RecordedSpan)) return readSpan(span, trace);
      const subject = span.knownSubject;
      if (subject !== undefined) return new SubjectOperation(span, subject, trace);
      const known = span.knownOperation;
      return known === undefined ? readSpan(span, trace) : new ReadOperation(span, known, trace);
    } catch (error) {
      guard.report('classification', error);
      return unreadableSpan(
        span,
        guard.run('clock', () => clock.now(), 0),
      );
    }
  };
}

/** What a request asked for; undefined for other operations. */
export function askedOf(operation: Operation): AskedAddress | undefined {
  return operation instanceof ReadOperation ? operation.asked : undefined;
}

class ReadOperation implements EndedSpan {
  // Declared, not defined: a defined field is written twice, and every span creates one.
  declare readonly span: ReadableSpan;
  declare readonly type: OperationType;
  declare readonly series: string;
  declare readonly endMillis: number;
  declare readonly durationNanos: number;
  declare readonly slownessNanos: number;
  declare readonly answerNanos: number | undefined;
  declare readonly failed: boolean;
  declare readonly errorType: string | undefined;
  declare readonly labels: Attributes | undefined;
  declare readonly clientError: boolean;
  declare readonly aborted: boolean;
  declare readonly statusCode: number | undefined;
  declare readonly waitNanos: number | undefined;
  declare readonly asked: AskedAddress | undefined;
  declare readonly rows: number | undefined;
  declare readonly statement: StatementNames | undefined;
  declare readonly caller: string | undefined;
  declare countedMillis: number;

  constructor(span: ReadableSpan, known: KnownOperation, trace: TraceOfOperation | undefined) {
    this.span = span;
    this.type = known.type;
    this.series = known.series;
    if (span instanceof RecordedSpan) {
      this.endMillis = span.endMillis;
      this.durationNanos = span.durationNanos;
    } else {
      this.endMillis = span.endTime[0] * 1000 + span.endTime[1] / 1e6;
      this.durationNanos = durationNanosOf(span);
    }
    this.slownessNanos = known.slownessNanos;
    this.answerNanos = known.answerNanos;
    this.failed = isFailed(span);
    this.errorType = this.failed ? (known.errorType ?? '_OTHER') : undefined;
    this.labels = known.labels;
    this.clientError = known.clientError;
    this.aborted = known.aborted;
    this.statusCode = known.statusCode;
    this.waitNanos = known.waitNanos;
    this.asked = known.asked;
    this.rows = known.rows;
    this.statement = known.statement;
    this.caller = known.type === 'database' && trace !== undefined ? callerIn(trace) : undefined;
    this.countedMillis = NaN;
  }

  // Read for kept spans only: most ids are never created.
  get spanId(): string {
    return this.span.spanContext().spanId;
  }
  get parentSpanId(): string | undefined {
    return localParentIdOf(this.span);
  }
}

/** Operation of a span that its subject describes almost completely: a statement, a render, a transaction. Copies nothing. */
class SubjectOperation implements EndedSpan {
  declare readonly span: RecordedSpan;
  declare readonly caller: string | undefined;
  declare countedMillis: number;
  declare private readonly subject: KnownSubject;

  constructor(span: RecordedSpan, subject: KnownSubject, trace: TraceOfOperation | undefined) {
    this.span = span;
    this.subject = subject;
    this.caller = subject.type === 'database' && trace !== undefined ? callerIn(trace) : undefined;
    this.countedMillis = NaN;
  }

  get type(): OperationType {
    return this.subject.type;
  }
  get series(): string {
    return this.subject.series;
  }
  get statement(): StatementNames | undefined {
    return this.subject.statement;
  }
  get rows(): number | undefined {
    return this.subject.rowsOf(this.span);
  }
  get labels(): Attributes | undefined {
    return this.subject.labels;
  }
  /** Set after the start, so nothing is built for it. */
  get errorType(): string | undefined {
    if (!this.failed) return undefined;
    const told = this.span.setSinceStart(ATTR_ERROR_TYPE);
    return typeof told === 'string' ? told : '_OTHER';
  }
  get endMillis(): number {
    return this.span.endMillis;
  }
  get durationNanos(): number {
    return this.span.durationNanos;
  }
  get slownessNanos(): number {
    return this.span.durationNanos;
  }
  get failed(): boolean {
    return isFailed(this.span);
  }
  get clientError(): boolean {
    return false;
  }
  get aborted(): boolean {
    return false;
  }
  get spanId(): string {
    return this.span.spanContext().spanId;
  }
  get parentSpanId(): string | undefined {
    return localParentIdOf(this.span);
  }
}

/** Throws what reading the span's attributes throws. */
function readSpan(span: ReadableSpan, trace: TraceOfOperation | undefined): EndedSpan {
  const type = operationTypeOf(span);
  const isHttp = type === 'http';
  const isDatabase = type === 'database';
  const statusCode = isHttp ? statusCodeOf(span) : undefined;
  const times = isHttp ? requestTimesOf(span) : undefined;
  const known: KnownOperation = {
    type,
    series: seriesOf(type, span),
    slownessNanos: times === undefined ? durationNanosOf(span) : slownessOf(times),
    answerNanos: times && answerNanosOf(times),
    errorType: errorTypeIn(span),
    labels: labelsOf(type, span),
    clientError: isClientError(statusCode),
    aborted: isHttp && isAborted(span),
    statusCode,
    asked: isHttp ? askedIn(span) : undefined,
    rows: isDatabase ? rowsOf(span) : undefined,
    statement: isDatabase ? statementNamesOf(span) : undefined,
  };
  const operation = new ReadOperation(span, known, trace);
  // Whatever is read later must be readable now.
  if (typeof operation.spanId !== 'string' || operation.parentSpanId === '')
    throw new TypeError('Expected a span with ids');
  return operation;
}

/** Http series that executed a trace's statements; the root knows its route only after a while. */
function callerIn(trace: TraceOfOperation): string | undefined {
  const { root } = trace;
  if (trace.caller !== undefined || root === undefined) return trace.caller;
  const series = root instanceof RecordedSpan ? root.callerSeries : undefined;
  if (series !== undefined) return (trace.caller = series);
  if (operationTypeOf(root) !== 'http') return undefined;
  const named = seriesOf('http', root);
  if (named !== UNKNOWN_PATHS) trace.caller = named;
  return named;
}

function unreadableSpan(span: ReadableSpan, endMillis: number): EndedSpan {
  const read = <T>(get: () => T, fallback: T): T => {
    try {
      return get();
    } catch {
      return fallback;
    }
  };
  const durationNanos = read(() => durationNanosOf(span), 0);
  return {
    span,
    type: 'other',
    series: 'unreadable span',
    spanId: read(() => span.spanContext().spanId, ''),
    parentSpanId: read(() => localParentIdOf(span), undefined),
    endMillis,
    durationNanos,
    slownessNanos: durationNanos,
    failed: read(() => isFailed(span), false),
    clientError: false,
    aborted: false,
    isUnreadable: true,
    countedMillis: NaN,
  };
}

function localParentIdOf({ parentSpanContext: parent }: ReadableSpan): string | undefined {
  return parent === undefined || parent.isRemote === true ? undefined : parent.spanId;
}
