import type { ServerResponse } from 'node:http';
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_BODY_SIZE,
  ATTR_HTTP_RESPONSE_OUTCOME,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_RESPONSE_TIME_TO_FIRST_BYTE,
  ATTR_HTTP_ROUTE,
} from '../semconv.ts';
import { errorTypeOf, messageOf } from './error-facts.ts';
import { httpOutcome } from './http-outcome.ts';
import type { ResponseWatch } from './response-watch.ts';

/** Tells a request's span, at the response's `close`, what became of it (G9). */
export function describeResponse(span: Span, response: ServerResponse, watch: ResponseWatch): void {
  const { outcome, bodyBytes, isStatusSent, timeToFirstByteSeconds, error } = httpOutcome(
    response.req,
    response,
    watch,
  );
  const { statusCode } = response;
  const attributes: Attributes = {
    [ATTR_HTTP_RESPONSE_OUTCOME]: outcome,
    [ATTR_HTTP_RESPONSE_BODY_SIZE]: bodyBytes,
  };
  if (timeToFirstByteSeconds !== undefined)
    attributes[ATTR_HTTP_RESPONSE_TIME_TO_FIRST_BYTE] = timeToFirstByteSeconds;
  // `response.statusCode` has a default that nobody was sent.
  if (isStatusSent) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = statusCode;
  if (outcome === 'failed') {
    attributes[ATTR_ERROR_TYPE] = errorTypeOf(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    span.recordException(error instanceof Error ? error : messageOf(error));
  } else if (statusCode >= 500) {
    attributes[ATTR_ERROR_TYPE] = String(statusCode);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.setAttributes(attributes);
  nameRoute(span, response.req.method, watch.rpc?.route);
}

/** For routers that leave the route in the RPC metadata, as OpenTelemetry's own do, and not on the span. */
function nameRoute(
  span: Span & Partial<ReadableSpan>,
  method: string | undefined,
  route: string | undefined,
): void {
  if (route === undefined || span.attributes?.[ATTR_HTTP_ROUTE] !== undefined) return;
  span.setAttribute(ATTR_HTTP_ROUTE, route);
  span.updateName(`${method ?? 'GET'} ${route}`);
}
