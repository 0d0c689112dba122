import { INVALID_SPAN_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { DEFAULT_CLIENT_RULES } from '../../../otel/instrumentation/http-request-attributes.ts';
import type { SeenRequest } from '../../../otel/instrumentation/seen-request.ts';

export interface RequestSketch {
  /** Milliseconds. */
  readonly from: number;
  readonly to?: number;
  readonly port?: number;
  readonly answered?: number;
  readonly httpVersion?: string;
  /** `GET /` and this is its series. */
  readonly name?: string;
  /** How long the loop had slept when it ended. */
  readonly slept?: number;
}

let traces = 0;

/** A request as the watch of stalls sees it: its trace id is a number. */
export function seen({
  from,
  to,
  port = 1000 + ++traces,
  answered,
  httpVersion = '1.1',
  slept = 0,
  name = '',
}: RequestSketch): SeenRequest {
  const traceId = String(++traces).padStart(32, 'a');
  return {
    request: {
      span: Object.assign(
        trace.wrapSpanContext({ ...INVALID_SPAN_CONTEXT, traceId, spanId: traceId.slice(16) }),
        {
          kind: SpanKind.SERVER,
          attributes: { 'http.request.method': 'GET', 'http.route': `/${name}`, 'url.path': `/${name}` },
        },
      ),
      startNanos: from * 1e6,
      firstByteNanos: answered === undefined ? undefined : answered * 1e6,
      verb: 'GET',
      target: '/',
      httpVersion,
      isEncrypted: false,
      peerAddress: '127.0.0.1',
      peerPort: port,
      host: undefined,
      userAgent: undefined,
      requestId: undefined,
      forwarded: undefined,
      forwardedFor: undefined,
      forwardedHost: undefined,
      forwardedProto: undefined,
      clients: DEFAULT_CLIENT_RULES,
    },
    ended: to === undefined ? undefined : { nanos: to * 1e6, idleMillis: slept },
  };
}
