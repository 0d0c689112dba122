import { REASONS_BY_STRENGTH } from '../../../otel/kit.ts';
import type { AttributeMap, LogLine, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { OWN } from './otlp-json.ts';

/** Builds a trace for the trace page from imported spans; `bytes` is their size in the file. */
export function importedTrace(
  traceId: string,
  spans: readonly SpanRow[],
  logs: readonly LogLine[],
  resource: AttributeMap,
  bytes: number,
): TraceDetail {
  const here = new Set(spans.map((span) => span.spanId));
  const byStart = [...spans].sort((a, b) => a.startMillis - b.startMillis);
  const root = byStart.find((span) => !here.has(span.parentSpanId ?? '')) ?? byStart[0]!;
  const status = root.attributes['http.response.status_code'] ?? root.attributes['http.status_code'];
  const end = spans.reduce((latest, span) => Math.max(latest, span.startMillis + span.durationMillis), 0);
  const dropped = resource[`${OWN}trace.dropped_spans`];
  return {
    traceId,
    name: root.name,
    type: root.type,
    series: root.series,
    startMillis: root.startMillis,
    durationMillis: root.parentSpanId === undefined ? root.durationMillis : end - root.startMillis,
    spanCount: spans.length,
    errorCount: spans.filter((span) => span.status === 'error').length,
    httpStatusCode: typeof status === 'number' ? status : undefined,
    outcome: root.type === 'http' ? String(root.attributes['operation.outcome'] ?? 'complete') : undefined,
    keepReason:
      REASONS_BY_STRENGTH.find((reason) => spans.some((span) => span.keepReason === reason)) ?? 'imported',
    bytes,
    pinned: false,
    spans,
    logs,
    logsKnown: true,
    droppedSpans: typeof dropped === 'number' ? dropped : 0,
    truncated: resource[`${OWN}trace.truncated`] === true,
    remoteParent: resource[`${OWN}trace.remote_parent`] === true,
    exported: false,
  };
}
