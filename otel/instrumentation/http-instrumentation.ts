import { createRequire } from 'node:module';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Attributes, type Span, SpanStatusCode, context, createNoopMeter } from '@opentelemetry/api';
import { getRPCMetadata, isTracingSuppressed } from '@opentelemetry/core';
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type Clock, systemClock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_BODY_SIZE,
  ATTR_HTTP_RESPONSE_OUTCOME,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_RESPONSE_TIME_TO_FIRST_BYTE,
  ATTR_HTTP_ROUTE,
} from '../semconv.ts';
import { setRequestFacts } from './context.ts';
import { errorTypeOf, messageOf } from './error-facts.ts';
import { httpOutcome } from './http-outcome.ts';
import { watchOf, watchResponse } from './response-watch.ts';

/** An inbound X-Request-ID is kept for the reader, never used as an id. */
const ATTR_X_REQUEST_ID = 'http.request.header.x-request-id';
const MAX_REQUEST_ID_LENGTH = 128;
/** Query parameters whose values are credentials; the instrumentation's own list, and ours. */
const REDACTED_QUERY_PARAMS = [
  'sig',
  'Signature',
  'AWSAccessKeyId',
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'token',
  'access_token',
  'code',
  'key',
  'api_key',
  'password',
  'secret',
];

export interface HttpInstrumentationOptions {
  readonly guard: Guard;
  /** Requests to these paths and what lies below them make no spans, nor does anything they do: `/admin/metrics`. */
  readonly untracedPathPrefixes?: readonly string[];
  readonly clock?: Clock;
}

/** The SDK's HTTP instrumentation for both directions, with facts from the socket on every server span and without its metrics. */
export function createHttpInstrumentation({
  guard,
  untracedPathPrefixes = [],
  clock = systemClock,
}: HttpInstrumentationOptions): HttpInstrumentation {
  const prefixes = untracedPathPrefixes.map((prefix) => prefix.toLowerCase().replace(/\/+$/, ''));
  const config: HttpInstrumentationConfig = {
    redactedQueryParamsServer: REDACTED_QUERY_PARAMS,
    redactedQueryParams: REDACTED_QUERY_PARAMS,
    ignoreIncomingRequestHook: (request) =>
      guard.run('http ignore', () => isUntraced(request.url ?? '/', prefixes), false),
    ignoreOutgoingRequestHook: () =>
      guard.run('http ignore', () => isTracingSuppressed(context.active()), false),
    startIncomingSpanHook: (request) => guard.run('http start', () => requestIdAttributes(request), {}),
    responseHook: (span, response) =>
      guard.run('http response', () => watch(span, response, clock, guard), undefined),
    applyCustomAttributesOnSpan: (span, _request, response) =>
      guard.run('http close', () => describe(span, response), undefined),
  };
  const instrumentation = new UnmeteredHttpInstrumentation(config);
  // The patches are hooks of require, and an app of ES modules may never require these.
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  return instrumentation;
}

/** Rates and durations come from the sampling processor; a second histogram per request would only cost. */
class UnmeteredHttpInstrumentation extends HttpInstrumentation {
  constructor(config: HttpInstrumentationConfig) {
    super(config);
    super.setMeterProvider({ getMeter: createNoopMeter });
  }

  override setMeterProvider(): void {}
}

/** Whole segments, whatever their case, without the query: `/admin/metrics?x` and `/admin/metrics/y`, not `/admin/metricsx`. */
export function isUntraced(url: string, lowerCasePrefixes: readonly string[]): boolean {
  if (lowerCasePrefixes.length === 0) return false;
  const path = pathOf(url).toLowerCase();
  return lowerCasePrefixes.some(
    (prefix) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'),
  );
}

/** The path of a request target; it may be absolute (`GET http://host/path`). */
function pathOf(url: string): string {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}

function requestIdAttributes({ headers }: IncomingMessage): Attributes {
  const id = headers['x-request-id'];
  return typeof id === 'string' && id !== ''
    ? { [ATTR_X_REQUEST_ID]: id.slice(0, MAX_REQUEST_ID_LENGTH) }
    : {};
}

function watch(span: Span, response: IncomingMessage | ServerResponse, clock: Clock, guard: Guard): void {
  if (!('writeHead' in response)) return;
  const active = context.active();
  const startNanos = clock.monotonicNanos();
  setRequestFacts(active, { span, startNanos });
  watchResponse(response, {
    span,
    rpc: getRPCMetadata(active),
    startNanos,
    clock,
    guard,
    onError: (failed) => guard.run('http error', () => describe(span, failed), undefined),
  });
}

/** Runs before the span ends, after the stock attributes and status are set. */
function describe(span: Span, response: IncomingMessage | ServerResponse): void {
  if (!('writeHead' in response) || !span.isRecording()) return;
  const watch = watchOf(response);
  if (watch === undefined) return;
  watch.unsent?.stop();
  const { outcome, bodyBytes, isStatusSent, timeToFirstByteSeconds, error } = httpOutcome(
    response.req,
    response,
    watch,
  );

  span.setAttribute(ATTR_HTTP_RESPONSE_OUTCOME, outcome);
  span.setAttribute(ATTR_HTTP_RESPONSE_BODY_SIZE, bodyBytes);
  if (timeToFirstByteSeconds !== undefined)
    span.setAttribute(ATTR_HTTP_RESPONSE_TIME_TO_FIRST_BYTE, timeToFirstByteSeconds);
  if (isStatusSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.statusCode);
  else removeAttribute(span, ATTR_HTTP_RESPONSE_STATUS_CODE);
  if (outcome === 'failed') {
    span.setAttribute(ATTR_ERROR_TYPE, errorTypeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    span.recordException(error instanceof Error ? error : messageOf(error));
  }
  nameRoute(span, response.req.method, watch.rpc?.route);
}

/** The stock close handler looks for the route in the active context, which is not the request's own when the socket closes. */
function nameRoute(
  span: Span & Partial<ReadableSpan>,
  method: string | undefined,
  route: string | undefined,
): void {
  if (route === undefined || span.attributes?.[ATTR_HTTP_ROUTE] !== undefined) return;
  span.setAttribute(ATTR_HTTP_ROUTE, route);
  span.updateName(`${method ?? 'GET'} ${route}`);
}

/** The stock handler claims `response.statusCode`, a default nobody was sent; the API has no way to take an attribute back. */
function removeAttribute(span: Span & Partial<ReadableSpan>, name: string): void {
  if (span.attributes !== undefined) delete span.attributes[name];
}
