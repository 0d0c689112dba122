import type { ServerResponse } from 'node:http';
import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_BODY_SIZE,
  ATTR_HTTP_RESPONSE_CONTENT_TYPE,
  ATTR_LOOP_IDLE,
  ATTR_OPERATION_OUTCOME,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_TIME_TO_FIRST_BYTE,
  ATTR_HTTP_ROUTE,
} from '../base/semconv.ts';
import { messageOf } from './error-facts.ts';
import { type HttpOutcome, failureOf, httpOutcome } from './http-outcome.ts';
import { requestSpanName } from './request-route.ts';
import type { RecordingSpan } from '../spans/span.ts';
import type { ResponseWatch } from './response-watch.ts';

/** Of a shorter sleep nobody asks. */
const LEAST_IDLE_MILLIS = 5;

/** Sets outcome facts on a request's span at the response's `close` (G9); `addResponseAttributes` builds the attributes. */
export function describeResponse(
  span: RecordingSpan,
  response: ServerResponse,
  watch: ResponseWatch & { readonly route?: string },
): HttpOutcome {
  const request = response.req;
  const error = failureOf(request, response, watch);
  const outcome = httpOutcome(request, response, watch, error);
  describeOutcome(span, request.method ?? 'GET', watch.route, outcome, error);
  return outcome;
}

/** @param error Why the response is incomplete; undefined if it is complete, or if the client disconnected. */
export function describeOutcome(
  span: RecordingSpan,
  verb: string,
  route: string | undefined,
  outcome: HttpOutcome,
  error: unknown,
): void {
  if (error !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    span.recordException(error instanceof Error ? error : messageOf(error));
  } else if (outcome.errorType !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  nameRoute(span, verb, route);
}

export function addResponseAttributes(
  attributes: Attributes,
  {
    outcome,
    bodyBytes,
    statusCode,
    timeToFirstByteNanos,
    loopIdleMillis,
    errorType,
    eventStream,
  }: HttpOutcome,
): void {
  attributes[ATTR_OPERATION_OUTCOME] = outcome;
  if (bodyBytes !== undefined) attributes[ATTR_HTTP_RESPONSE_BODY_SIZE] = bodyBytes;
  if (timeToFirstByteNanos !== undefined) attributes[ATTR_TIME_TO_FIRST_BYTE] = timeToFirstByteNanos / 1e9;
  if (loopIdleMillis >= LEAST_IDLE_MILLIS) attributes[ATTR_LOOP_IDLE] = loopIdleMillis / 1e3;
  if (statusCode !== undefined) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = statusCode;
  if (errorType !== undefined) attributes[ATTR_ERROR_TYPE] = errorType;
  if (eventStream !== undefined) attributes[ATTR_HTTP_RESPONSE_CONTENT_TYPE] = [eventStream];
}

/**
 * For routers that store the route in the RPC metadata, as OpenTelemetry's instrumentations do, or on the span without renaming it. A name set by
 * the app stays.
 */
function nameRoute(span: RecordingSpan, verb: string, left: string | undefined): void {
  const route = span.setSinceStart(ATTR_HTTP_ROUTE) ?? left;
  if (typeof route !== 'string') return;
  if (route === left) span.setAttribute(ATTR_HTTP_ROUTE, route);
  if (span.name === requestSpanName(verb)) span.updateName(requestSpanName(verb, route));
}
