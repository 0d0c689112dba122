import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndedOperation } from '../aggregate/ended-operation.ts';
import type { OperationType } from '../query.ts';
import {
  durationNanosOf,
  isAborted,
  isClientError,
  isFailed,
  queryTextOf,
  rowsOf,
  slownessNanosOf,
} from './operation-type.ts';
import type { SpanFacts } from './policies.ts';

/** An ended span as the aggregates count it and as its verdict looks at it: one object for both, made once per span. */
export interface EndedSpan extends EndedOperation, SpanFacts {
  readonly span: ReadableSpan;
}

/** Reads a span; throws what its attributes throw. */
export class ReadSpan implements EndedSpan {
  readonly span: ReadableSpan;
  readonly type: OperationType;
  readonly series: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly endMillis: number;
  readonly durationNanos: number;
  readonly slownessNanos: number;
  readonly failed: boolean;
  readonly clientError: boolean;
  readonly aborted: boolean;
  readonly rows: number | undefined;
  readonly text: string | undefined;
  readonly caller: string | undefined;

  /** @param caller The http series it ran for, of a statement. */
  constructor(span: ReadableSpan, type: OperationType, series: string, caller: string | undefined) {
    const isHttp = type === 'http';
    const isDatabase = type === 'database';
    this.span = span;
    this.type = type;
    this.series = series;
    this.spanId = span.spanContext().spanId;
    this.parentSpanId = localParentIdOf(span);
    this.endMillis = span.endTime[0] * 1000 + span.endTime[1] / 1e6;
    this.durationNanos = durationNanosOf(span);
    this.slownessNanos = isHttp ? slownessNanosOf(type, span) : this.durationNanos;
    this.failed = isFailed(span);
    this.clientError = isHttp && isClientError(span);
    this.aborted = isHttp && isAborted(span);
    this.rows = isDatabase ? rowsOf(span) : undefined;
    this.text = isDatabase ? queryTextOf(span) : undefined;
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
  };
}

/** A parent in another process never ends here: such a span is a local root. */
function localParentIdOf({ parentSpanContext: parent }: ReadableSpan): string | undefined {
  return parent === undefined || parent.isRemote === true ? undefined : parent.spanId;
}
