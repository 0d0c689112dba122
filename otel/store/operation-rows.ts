import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
  ATTR_TIME_TO_FIRST_BYTE,
} from '../base/semconv.ts';
import type { OperationFilter, OperationList, OperationRow, OperationType, SamplingFacts } from '../query.ts';
import { attributeOf, cutText } from './attribute-copy.ts';
import { shownAddress } from './shown-address.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import { clampLimit, isAsked, MAX_OPERATIONS } from './trace-filter.ts';
import { thrownAt } from './thrown-at.ts';
import type { TraceRecord } from './trace-record.ts';

/** Of a path and of a query in a row. */
const MAX_ADDRESS_CHARS = 200;

/** A matching operation and its sort key. */
export interface FoundOperation {
  readonly sortBy: number;
  readonly row: () => OperationRow;
}

export type Thresholds = SamplingFacts['thresholdsSeconds'];

/** Kept operations that were slow and ended in the range; also those kept for failing that were slow too. */
export function slowOperations(
  traces: Iterable<TraceRecord>,
  thresholdsSeconds: Thresholds,
  filter: OperationFilter = {},
): FoundOperation[] {
  const found: FoundOperation[] = [];
  for (const { trace, span } of operations(traces, filter))
    if (wasSlow(span, thresholdsSeconds))
      found.push({ sortBy: span.durationMillis, row: () => operationRow(trace, span) });
  return found;
}

/** Kept operations that failed and ended in the range. */
export function failedOperations(
  traces: Iterable<TraceRecord>,
  filter: OperationFilter = {},
): FoundOperation[] {
  const found: FoundOperation[] = [];
  for (const { trace, span } of operations(traces, filter))
    if (span.status === 'error')
      found.push({ sortBy: endMillisOf(span), row: () => operationRow(trace, span) });
  return found;
}

/** The newest of each time; none that ended before the first begins. A row is built of these alone. */
export function newestOfEach(
  found: readonly FoundOperation[],
  startsMillis: readonly number[],
): readonly FoundOperation[] {
  const newest = new Map<number, FoundOperation>();
  for (const each of found) {
    const time = beganBefore(startsMillis, each.sortBy);
    if (time >= 0 && each.sortBy > (newest.get(time)?.sortBy ?? -Infinity)) newest.set(time, each);
  }
  return [...newest.values()];
}

/** The place of the last start up to a time; −1 if all are later. */
function beganBefore(startsMillis: readonly number[], millis: number): number {
  let [low, high] = [0, startsMillis.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startsMillis[middle]! <= millis) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The slowest, or the newest, of those found. */
export function operationList(
  found: readonly FoundOperation[],
  total: number,
  limit: number | undefined,
): OperationList {
  const rows = found
    .toSorted((a, b) => b.sortBy - a.sortBy)
    .slice(0, clampLimit(limit, MAX_OPERATIONS))
    .map(({ row }) => row());
  return { rows, total };
}

function* operations(
  traces: Iterable<TraceRecord>,
  filter: OperationFilter,
): Iterable<{ readonly trace: TraceRecord; readonly span: SpanRecord }> {
  for (const trace of traces)
    for (const span of trace.spans) if (isAsked(span, filter)) yield { trace, span };
}

/** True if it was kept for being slow; for others `waitedMillis` is compared with the current thresholds. */
export function wasSlow(span: SpanRecord, thresholdsSeconds: Thresholds): boolean {
  const waited = waitedMillis(span);
  return waited !== undefined && waited >= thresholdOf(span.type, thresholdsSeconds);
}

/** Milliseconds; Infinity for a type without a threshold. */
export function thresholdOf(type: OperationType, thresholdsSeconds: Thresholds): number {
  return type === 'other' ? Infinity : thresholdsSeconds[type] * 1000;
}

/**
 * Duration to compare with the slow threshold, for an operation that may be listed as slow; Infinity if it was kept for that. A span has one
 * reason: one kept as error or late may have been slow as well. Undefined for all others.
 */
export function waitedMillis(span: SpanRecord): number | undefined {
  if (span.keepReason === 'slow') return Infinity;
  if (span.keepReason !== 'error' && span.keepReason !== 'late') return undefined;
  const firstByte = attributeOf(span.attributes, ATTR_TIME_TO_FIRST_BYTE);
  return span.type === 'http' && typeof firstByte === 'number' ? firstByte * 1000 : span.durationMillis;
}

export function operationRow(trace: TraceRecord, span: SpanRecord): OperationRow {
  const { path, query, httpStatusCode } = shownAddress(trace.head);
  const stack = span.status === 'error' ? exceptionText(span, ATTR_EXCEPTION_STACKTRACE) : undefined;
  return {
    traceId: trace.traceId,
    spanId: span.spanId,
    name: span.name,
    type: span.type,
    series: span.series,
    startMillis: span.startMillis,
    durationMillis: span.durationMillis,
    status: span.status,
    errorType: textOf(span, ATTR_ERROR_TYPE) ?? exceptionText(span, ATTR_EXCEPTION_TYPE),
    errorMessage: span.statusMessage || exceptionText(span, ATTR_EXCEPTION_MESSAGE),
    ...(path !== undefined && { path: cutText(path, MAX_ADDRESS_CHARS) }),
    ...(query !== undefined && { query: cutText(query, MAX_ADDRESS_CHARS) }),
    ...(httpStatusCode !== undefined && { httpStatusCode }),
    ...(stack !== undefined && { thrownAt: thrownAt(stack) }),
  };
}

function textOf(span: SpanRecord, key: string): string | undefined {
  const value = attributeOf(span.attributes, key);
  return value === undefined ? undefined : String(value);
}

/** Of the last recorded exception: the one that surfaced. */
function exceptionText(span: SpanRecord, key: string): string | undefined {
  const value = span.events
    .toReversed()
    .map((event) => attributeOf(event.attributes, key))
    .find((text) => text !== undefined);
  return value === undefined ? undefined : String(value);
}
