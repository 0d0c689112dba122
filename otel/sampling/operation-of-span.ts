import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndedOperation } from '../aggregate/ended-operation.ts';
import type { OperationType } from '../query.ts';
import type { PendingSpan } from './buffered-trace.ts';
import {
  durationNanosOf,
  isAborted,
  isClientError,
  isFailed,
  operationTypeOf,
  queryTextOf,
  rowsOf,
  seriesOf,
  slownessNanosOf,
} from './operation-type.ts';

/** An ended span with what its verdict will look at. */
export function pendingSpanOf(span: ReadableSpan, type: OperationType, series: string): PendingSpan {
  const parent = span.parentSpanContext;
  return {
    span,
    type,
    series,
    spanId: span.spanContext().spanId,
    // A parent in another process never ends here: the span is a local root.
    parentSpanId: parent === undefined || parent.isRemote === true ? undefined : parent.spanId,
    failed: isFailed(span),
    slownessNanos: slownessNanosOf(type, span),
  };
}

/** An ended span as the aggregates count it; `root` is the local root it ran under. */
export function operationOfSpan(
  span: ReadableSpan,
  type: OperationType,
  series: string,
  root: ReadableSpan | undefined,
): EndedOperation {
  const operation = {
    type,
    series,
    endMillis: span.endTime[0] * 1000 + span.endTime[1] / 1e6,
    durationNanos: durationNanosOf(span),
    failed: isFailed(span),
    clientError: type === 'http' && isClientError(span),
    aborted: type === 'http' && isAborted(span),
  };
  if (type !== 'database') return operation;
  const rows = rowsOf(span);
  const text = queryTextOf(span);
  const caller = root === undefined || operationTypeOf(root) !== 'http' ? undefined : seriesOf('http', root);
  return {
    ...operation,
    ...(rows === undefined ? {} : { rows }),
    ...(text === undefined ? {} : { text }),
    ...(caller === undefined ? {} : { caller }),
  };
}
