import {
  type Attributes,
  type HrTime,
  type SpanContext,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { toAttributeMap } from './attribute-copy.ts';
import { endMillisOf, SPAN_KINDS, type SpanRecord } from './span-record.ts';

const STATUS_CODES = { unset: SpanStatusCode.UNSET, ok: SpanStatusCode.OK, error: SpanStatusCode.ERROR };
const RESOURCE = emptyResource();

/** A kept span as policies read it; what its record left out is missing. */
export function heldSpan(record: SpanRecord, traceId: string): ReadableSpan {
  const { parentSpanId, localRoot, statusMessage } = record;
  const contextOf = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  let attributes: Attributes | undefined;
  return {
    name: record.name,
    kind: SPAN_KINDS.indexOf(record.kind),
    spanContext: () => contextOf(record.spanId),
    ...(parentSpanId !== undefined && {
      parentSpanContext: { ...contextOf(parentSpanId), isRemote: localRoot },
    }),
    startTime: toHrTime(record.startMillis),
    endTime: toHrTime(endMillisOf(record)),
    duration: toHrTime(record.durationMillis),
    status: {
      code: STATUS_CODES[record.status],
      ...(statusMessage !== undefined && { message: statusMessage }),
    },
    get attributes() {
      return (attributes ??= toAttributeMap(record.attributes) as Attributes);
    },
    links: [],
    events: record.events.map(({ name, timeMillis, attributes: flat }) => ({
      name,
      time: toHrTime(timeMillis),
      attributes: toAttributeMap(flat) as Attributes,
    })),
    ended: true,
    resource: RESOURCE,
    instrumentationScope: { name: record.scope },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** From milliseconds, which are precise to a quarter of a microsecond. */
function toHrTime(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}
