import type { TraceDetail } from '../../../otel/query.ts';
import type { Sheet } from '../page.ts';
import { traceFileName } from './trace-download.ts';
import { spanTree } from '../trace/span-tree.ts';

/** Every span of a trace in tree order, one row each. */
export function spansSheet(trace: TraceDetail): Sheet {
  return {
    name: traceFileName(trace),
    columns: [
      'span_id',
      'parent_span_id',
      'depth',
      'name',
      'type',
      'kind',
      'series',
      'starts_after_ms',
      'duration_ms',
      'own_ms',
      'critical_path_ms',
      'status',
      'status_message',
      'kept_because',
      'percentile',
    ],
    rows: spanTree(trace.spans).map(({ span, depth, selfMillis, criticalMillis }) => [
      span.spanId,
      span.parentSpanId,
      depth,
      span.name,
      span.type,
      span.kind,
      span.series,
      rounded(span.startMillis - trace.startMillis),
      rounded(span.durationMillis),
      rounded(selfMillis),
      rounded(criticalMillis),
      span.status,
      span.statusMessage,
      span.keepReason,
      span.percentile,
    ]),
  };
}

/** Rounds to nanoseconds, as the rest is rounding noise. */
const rounded = (millis: number): number => Math.round(millis * 1e6) / 1e6;
