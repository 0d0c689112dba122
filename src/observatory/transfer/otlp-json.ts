import type { AttributeMap, LogLine, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { keyValues, nanosText } from './otlp-values.ts';

/** OTLP's numbers of span kinds, status codes and severities. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export const STATUS_CODES = ['unset', 'ok', 'error'] as const;
export const SEVERITIES: Readonly<Record<LogLine['level'], number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
};

/** Prefix of attributes for facts beyond OTLP; the import removes them again. */
export const OWN = 'glasshouse.';

/**
 * A trace as `ExportTraceServiceRequest` in proto3 JSON, for any OTLP receiver, with its log lines as `resourceLogs`, which a
 * receiver of traces ignores. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpJson(trace: TraceDetail): object {
  const resource = {
    attributes: keyValues({
      'service.name': 'glasshouse',
      [`${OWN}trace.dropped_spans`]: trace.droppedSpans,
      [`${OWN}trace.truncated`]: trace.truncated,
      [`${OWN}trace.remote_parent`]: trace.remoteParent,
    }),
  };
  const scopes = Map.groupBy(trace.spans.entries(), ([, span]) => span.scope);
  return {
    resourceSpans: [
      {
        resource,
        scopeSpans: [...scopes].map(([name, spans]) => ({
          scope: { name },
          spans: spans.map(([order, span]) => spanJson(trace.traceId, span, order)),
        })),
      },
    ],
    ...(trace.logs.length > 0 && {
      resourceLogs: [
        {
          resource,
          scopeLogs: [{ scope: {}, logRecords: trace.logs.map((log) => logJson(trace.traceId, log)) }],
        },
      ],
    }),
  };
}

function spanJson(traceId: string, span: SpanRow, order: number): object {
  const own: AttributeMap = {
    [`${OWN}type`]: span.type,
    [`${OWN}series`]: span.series,
    [`${OWN}keep_reason`]: span.keepReason,
    [`${OWN}kept_by`]: span.keptBy,
    [`${OWN}percentile`]: span.percentile,
    [`${OWN}order`]: order,
  };
  return {
    traceId,
    spanId: span.spanId.replace(/-\d+$/, ''),
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: SPAN_KINDS.indexOf(span.kind),
    startTimeUnixNano: nanosText(span.startMillis),
    endTimeUnixNano: nanosText(span.startMillis, span.durationMillis),
    attributes: [...keyValues(span.attributes), ...keyValues(own)],
    events: span.events.map((event) => ({
      timeUnixNano: nanosText(event.timeMillis),
      name: event.name,
      attributes: keyValues(event.attributes),
    })),
    ...(span.links.length > 0 && {
      links: span.links.map(({ attributes, ...ids }) => ({ ...ids, attributes: keyValues(attributes) })),
    }),
    status: {
      code: STATUS_CODES.indexOf(span.status),
      ...(span.statusMessage !== undefined && { message: span.statusMessage }),
    },
  };
}

function logJson(traceId: string, log: LogLine): object {
  return {
    timeUnixNano: nanosText(log.timeMillis),
    severityNumber: SEVERITIES[log.level],
    severityText: log.level,
    body: { stringValue: log.message },
    attributes: keyValues(log.attributes),
    traceId,
    spanId: log.spanId,
  };
}
