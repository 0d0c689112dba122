import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndedOperation } from '../aggregate/ended-operation.ts';
import type { OperationType } from '../query.ts';
import {
  answerNanosOf,
  durationNanosOf,
  isAborted,
  isClientError,
  isFailed,
  requestTimesOf,
  rowsOf,
  slownessOf,
  statementNamesOf,
  statusCodeOf,
} from './operation-type.ts';
import type { StatementNames } from '../sql/statement-names.ts';
import type { SpanFacts } from './policies.ts';

/** An ended span as the aggregates count it and as its verdict looks at it: one object for both, made once per span. */
export interface EndedSpan extends EndedOperation, SpanFacts {
  readonly span: ReadableSpan;
  readonly slownessNanos: number;
  /** The second in which the aggregates counted it, for what is kept to count there too; NaN until then. */
  countedMillis: number;
}

/** What a span that puts off its attributes can tell without them, so that one that is let go never makes them. */
export interface KnownOperation {
  readonly type: OperationType;
  readonly series: string;
  readonly slownessNanos: number;
  /** Of a request. */
  readonly answerNanos?: number | undefined;
  readonly clientError: boolean;
  readonly aborted: boolean;
  /** Of a request. */
  readonly statusCode?: number | undefined;
  /** Of a request that our own HTTP server spans saw arrive. */
  readonly waitNanos?: number | undefined;
}

/** A span of ours; its times are at hand as numbers. */
export interface SelfDescribing {
  readonly endMillis: number;
  readonly durationNanos: number;
  /** What its attributes come to, or undefined where somebody has to look at them. */
  readonly knownOperation: KnownOperation | undefined;
}

/** Of a span whose facts are known; its attributes are not looked at. */
export class KnownSpan implements EndedSpan {
  declare readonly span: ReadableSpan;
  declare readonly type: OperationType;
  declare readonly series: string;
  declare readonly spanId: string;
  declare readonly parentSpanId: string | undefined;
  declare readonly endMillis: number;
  declare readonly durationNanos: number;
  declare readonly slownessNanos: number;
  declare readonly answerNanos: number | undefined;
  declare readonly failed: boolean;
  declare readonly clientError: boolean;
  declare readonly aborted: boolean;
  declare readonly statusCode: number | undefined;
  declare readonly waitNanos: number | undefined;
  declare countedMillis: number;

  constructor(span: ReadableSpan, known: KnownOperation, endMillis: number, durationNanos: number) {
    this.span = span;
    this.type = known.type;
    this.series = known.series;
    this.spanId = span.spanContext().spanId;
    this.parentSpanId = localParentIdOf(span);
    this.endMillis = endMillis;
    this.durationNanos = durationNanos;
    this.slownessNanos = known.slownessNanos;
    this.answerNanos = known.answerNanos;
    this.failed = isFailed(span);
    this.clientError = known.clientError;
    this.aborted = known.aborted;
    this.statusCode = known.statusCode;
    this.waitNanos = known.waitNanos;
    this.countedMillis = NaN;
  }
}

/** Reads a span; throws what its attributes throw. */
export class ReadSpan extends KnownSpan {
  declare readonly rows: number | undefined;
  declare readonly statement: StatementNames | undefined;
  declare readonly caller: string | undefined;

  /** @param caller The http series it ran for, of a statement. */
  constructor(span: ReadableSpan, type: OperationType, series: string, caller: string | undefined) {
    const isHttp = type === 'http';
    const isDatabase = type === 'database';
    const durationNanos = durationNanosOf(span);
    const statusCode = isHttp ? statusCodeOf(span) : undefined;
    const known: KnownOperation = {
      type,
      series,
      slownessNanos: isHttp ? slownessOf(requestTimesOf(span)) : durationNanos,
      answerNanos: isHttp ? answerNanosOf(requestTimesOf(span)) : undefined,
      clientError: isClientError(statusCode),
      aborted: isHttp && isAborted(span),
      statusCode,
    };
    super(span, known, span.endTime[0] * 1000 + span.endTime[1] / 1e6, durationNanos);
    this.rows = isDatabase ? rowsOf(span) : undefined;
    this.statement = isDatabase ? statementNamesOf(span) : undefined;
    this.caller = caller;
  }
}

/** A span whose facts cannot be read is counted as far as they can, and kept: somebody has to look at it. Never throws. */
export function unreadableSpan(span: ReadableSpan, endMillis: number): EndedSpan {
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

/** A parent in another process never ends here: such a span is a local root. */
function localParentIdOf({ parentSpanContext: parent }: ReadableSpan): string | undefined {
  return parent === undefined || parent.isRemote === true ? undefined : parent.spanId;
}
