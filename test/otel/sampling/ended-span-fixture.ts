import { SpanKind, SpanStatusCode, type Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { Guard } from '../../../otel/base/guard.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { operationReader } from '../../../otel/spans/read-operation.ts';

/** An operation that went well and took no time, but for what is told of it; its span has what the test reads of it. */
export function endedSpan({
  span = {},
  ...facts
}: Partial<Omit<EndedSpan, 'span'>> & { readonly span?: Partial<EndedSpan['span']> }): EndedSpan {
  return {
    span: span as EndedSpan['span'],
    spanId: '1'.repeat(16),
    parentSpanId: undefined,
    type: 'http',
    series: 'GET /',
    endMillis: 0,
    durationNanos: 0,
    slownessNanos: 0,
    failed: false,
    clientError: false,
    aborted: false,
    countedMillis: 0,
    ...facts,
  };
}

/** A failed request as the processor reads it; `bytes` of text determine its size. */
export function failedRequest(options: {
  readonly traceId?: string;
  readonly series?: string;
  readonly errorType?: string;
  readonly bytes?: number;
}): EndedSpan {
  const { traceId = '0af7651916cd43dd8448eb211c80319c', series = 'GET /', errorType, bytes = 0 } = options;
  const [method = 'GET', route = '/'] = series.split(' ');
  const attributes: Attributes = {
    'http.request.method': method,
    'http.route': route,
    text: 'x'.repeat(bytes / 2),
  };
  if (errorType !== undefined) attributes['error.type'] = errorType;
  const span = {
    name: 'GET',
    kind: SpanKind.SERVER,
    spanContext: () => ({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 }),
    startTime: [0, 0],
    endTime: [0, 1000],
    duration: [0, 1000],
    status: { code: SpanStatusCode.ERROR },
    attributes,
    events: [],
    links: [],
  } as unknown as ReadableSpan;
  const read = operationReader(new Guard(), { now: () => 0, monotonicNanos: () => 0 });
  return read(span, undefined);
}
