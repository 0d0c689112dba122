import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_TYPE,
  ATTR_HTTP_RESPONSE_TIME_TO_FIRST_BYTE,
} from '../semconv.ts';
import type { OperationRow, SamplingFacts, TimeRange } from '../query.ts';
import { attributeOf } from './attribute-copy.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import { clampLimit, contains } from './trace-filter.ts';
import type { TraceRecord } from './trace-record.ts';

interface Found {
  readonly trace: TraceRecord;
  readonly span: SpanRecord;
}

/** Kept operations that were slow and ended in the range, slowest first; also those kept for failing that were slow too. */
export function slowOperations(
  traces: Iterable<TraceRecord>,
  thresholdsSeconds: SamplingFacts['thresholdsSeconds'],
  range?: TimeRange,
  limit?: number,
): OperationRow[] {
  return find(traces, range, (span) => wasSlow(span, thresholdsSeconds))
    .sort((a, b) => b.span.durationMillis - a.span.durationMillis)
    .slice(0, clampLimit(limit))
    .map(toRow);
}

/** Kept operations that failed and ended in the range, newest first. */
export function failedOperations(
  traces: Iterable<TraceRecord>,
  range?: TimeRange,
  limit?: number,
): OperationRow[] {
  return find(traces, range, (span) => span.status === 'error')
    .sort((a, b) => endMillisOf(b.span) - endMillisOf(a.span))
    .slice(0, clampLimit(limit))
    .map(toRow);
}

function find(
  traces: Iterable<TraceRecord>,
  range: TimeRange | undefined,
  wanted: (span: SpanRecord) => boolean,
): Found[] {
  const found: Found[] = [];
  for (const trace of traces) {
    for (const span of trace.spans) {
      if (wanted(span) && contains(range, endMillisOf(span))) found.push({ trace, span });
    }
  }
  return found;
}

/** A span has one reason; one kept as error or late may have been slow as well, by the thresholds of now. */
function wasSlow(span: SpanRecord, thresholdsSeconds: SamplingFacts['thresholdsSeconds']): boolean {
  if (span.keepReason === 'slow') return true;
  if ((span.keepReason !== 'error' && span.keepReason !== 'late') || span.type === 'other') return false;
  const firstByte = attributeOf(span.attributes, ATTR_HTTP_RESPONSE_TIME_TO_FIRST_BYTE);
  const seconds =
    span.type === 'http' && typeof firstByte === 'number' ? firstByte : span.durationMillis / 1000;
  return seconds >= thresholdsSeconds[span.type];
}

function toRow({ trace, span }: Found): OperationRow {
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
  };
}

function textOf(span: SpanRecord, key: string): string | undefined {
  const value = attributeOf(span.attributes, key);
  return value === undefined ? undefined : String(value);
}

/** Of the last exception that was recorded: the one that came out. */
function exceptionText(span: SpanRecord, key: string): string | undefined {
  const value = span.events
    .toReversed()
    .map((event) => attributeOf(event.attributes, key))
    .find((text) => text !== undefined);
  return value === undefined ? undefined : String(value);
}
