import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OperationType, StatementNames } from '../base/operation-types.ts';
import {
  ATTR_ADDRESS_UNKNOWN,
  ATTR_CLIENT_ADDRESS,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_CHANGED_ROWS,
  ATTR_DB_RESPONSE_RETURNED_ROWS,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_CONTENT_TYPE,
  ATTR_OPERATION_OUTCOME,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_TIME_TO_FIRST_BYTE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_RENDER_TEMPLATE,
  ATTR_SERVER_ADDRESS,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '../base/semconv.ts';
import { MAX_SERIES_LENGTH, namesOfAttributes } from '../sql/statement-names.ts';
import { type AskedAddress, partsOf, referringPage } from './asked-address.ts';
import { databaseLabels, requestLabels } from './metric-labels.ts';

/** The one series of requests that matched no route, or whose route had nothing at the address (G11). */
export const UNKNOWN_PATHS = 'unknown paths';
/** Status of a request to which no response was sent. */
export const NO_STATUS = 0;
/** Attribute names of instrumentations before the stable conventions. */
const ATTR_DB_SYSTEM = 'db.system';
const ATTR_DB_STATEMENT = 'db.statement';
const ATTR_HTTP_METHOD = 'http.method';
const ATTR_HTTP_SCHEME = 'http.scheme';
const ATTR_HTTP_TARGET = 'http.target';
const ATTR_HTTP_USER_AGENT = 'http.user_agent';
/** A list of one, if it was captured. */
const ATTR_HTTP_REQUEST_REFERER = 'http.request.header.referer';

type Classified = Pick<ReadableSpan, 'kind' | 'attributes'>;

/**
 * The one type of a span, from its kind and its semantic-convention attributes, never from its name (G8). Incoming requests are `http`; outgoing
 * calls and database transactions (which only wrap statements that are counted themselves) are `other`.
 */
export function operationTypeOf({ kind, attributes }: Classified): OperationType {
  if (kind === SpanKind.SERVER) {
    return attributes[ATTR_HTTP_REQUEST_METHOD] !== undefined || attributes[ATTR_HTTP_METHOD] !== undefined
      ? 'http'
      : 'other';
  }
  if (kind === SpanKind.CLIENT) {
    return attributes[ATTR_DB_SYSTEM_NAME] !== undefined || attributes[ATTR_DB_SYSTEM] !== undefined
      ? 'database'
      : 'other';
  }
  return attributes[ATTR_RENDER_TEMPLATE] === undefined ? 'other' : 'render';
}

type Named = Classified & Pick<ReadableSpan, 'name' | 'instrumentationScope'>;

/** Name of the RED series a span counts under; bounded by the app's routes, statements and templates. */
export function seriesOf(type: OperationType, { name, attributes, instrumentationScope }: Named): string {
  switch (type) {
    case 'http': {
      const route = text(attributes, ATTR_HTTP_ROUTE);
      return route === undefined || attributes[ATTR_ADDRESS_UNKNOWN] === true
        ? UNKNOWN_PATHS
        : httpSeries(methodOf(attributes) ?? '_OTHER', route);
    }
    case 'database':
      return statementNamesOf({ name, attributes }).series;
    case 'render':
      return cutSeries(text(attributes, ATTR_RENDER_TEMPLATE) ?? name);
    case 'other':
      return cutSeries(`${instrumentationScope.name}: ${name}`);
  }
}

/** Series of requests to a route. */
export function httpSeries(method: string, route: string): string {
  return cutSeries(`${method} ${route}`);
}

/** Route of such a series; unknown paths stay as they are. */
export function routeOf(series: string): string {
  return series === UNKNOWN_PATHS ? series : series.slice(series.indexOf(' ') + 1);
}

function cutSeries(name: string): string {
  return name.length > MAX_SERIES_LENGTH ? name.slice(0, MAX_SERIES_LENGTH) : name;
}

/** Returns true if the span status is ERROR; a 4xx response is not an error of ours. */
export function isFailed({ status }: Pick<ReadableSpan, 'status'>): boolean {
  return status.code === SpanStatusCode.ERROR;
}

export function isClientError(statusCode: number | undefined): boolean {
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500;
}

/** 0 if the span has none: no response was sent. */
export function statusCodeOf({ attributes }: Pick<ReadableSpan, 'attributes'>): number {
  const status = attributes[ATTR_HTTP_RESPONSE_STATUS_CODE];
  return typeof status === 'number' ? status : NO_STATUS;
}

export function isAborted({ attributes }: Pick<ReadableSpan, 'attributes'>): boolean {
  return isCutShort(attributes[ATTR_OPERATION_OUTCOME]);
}

/** Returns true if the response is incomplete without a failure: the client disconnected, or the server stopped. */
export function isCutShort(outcome: unknown): boolean {
  return outcome === 'aborted' || outcome === 'cut';
}

/** The span's own monotonic duration. */
export function durationNanosOf({ duration }: Pick<ReadableSpan, 'duration'>): number {
  return duration[0] * 1e9 + duration[1];
}

/** Measured times of a request. */
export interface RequestTimes {
  readonly outcome: unknown;
  readonly durationNanos: number;
  /** Undefined if nothing was sent, or it was not measured. */
  readonly firstByteNanos: number | undefined;
  /** An event stream is meant to be long, so its duration says nothing. */
  readonly isEventStream: boolean;
}

/**
 * The duration compared with the slow threshold: that of a request, or its time to first byte if that is longer by another clock; for an event
 * stream only the latter, 0 if it is unknown. 0 if the client never sent the rest of its request.
 */
export function slownessOf(times: RequestTimes): number {
  if (times.outcome === 'refused') return 0;
  const firstByte = times.firstByteNanos ?? 0;
  return times.isEventStream ? firstByte : Math.max(times.durationNanos, firstByte);
}

/** How long the client waited for the response to start; 0 if the server waited for the client. */
export function answerNanosOf({ outcome, durationNanos, firstByteNanos }: RequestTimes): number {
  if (outcome === 'refused') return 0;
  return firstByteNanos ?? durationNanos;
}

/** Times of a SERVER span; instrumentation-http provides the content type if configured to capture it. */
export function requestTimesOf(span: Pick<ReadableSpan, 'duration' | 'attributes'>): RequestTimes {
  const { attributes } = span;
  const seconds = attributes[ATTR_TIME_TO_FIRST_BYTE];
  return {
    outcome: attributes[ATTR_OPERATION_OUTCOME],
    durationNanos: durationNanosOf(span),
    firstByteNanos: typeof seconds === 'number' ? Math.round(seconds * 1e9) : undefined,
    isEventStream: isEventStream(attributes[ATTR_HTTP_RESPONSE_CONTENT_TYPE]),
  };
}

/** Accepts the list that spans have for a header, or a plain string as some instrumentations write it. */
export function isEventStream(contentType: unknown): boolean {
  const first: unknown = Array.isArray(contentType) ? contentType[0] : contentType;
  return typeof first === 'string' && /^\s*text\/event-stream\s*(?:;|$)/i.test(first);
}

/** Rows returned plus rows changed; undefined if the span has neither. */
export function rowsOf({ attributes }: Pick<ReadableSpan, 'attributes'>): number | undefined {
  const returned = attributes[ATTR_DB_RESPONSE_RETURNED_ROWS];
  const changed = attributes[ATTR_CHANGED_ROWS];
  if (typeof returned !== 'number' && typeof changed !== 'number') return undefined;
  return (typeof returned === 'number' ? returned : 0) + (typeof changed === 'number' ? changed : 0);
}

/** Statement names of a database span, from its attributes or, without any, from its own name. */
export function statementNamesOf({
  name,
  attributes,
}: Pick<ReadableSpan, 'name' | 'attributes'>): StatementNames {
  return namesOfAttributes(
    text(attributes, ATTR_DB_QUERY_TEXT) ?? text(attributes, ATTR_DB_STATEMENT),
    text(attributes, ATTR_DB_QUERY_SUMMARY),
    text(attributes, ATTR_DB_OPERATION_NAME) ?? name,
  );
}

/** `error.type` of the span. */
export function errorTypeIn({ attributes }: Pick<ReadableSpan, 'attributes'>): string | undefined {
  return text(attributes, ATTR_ERROR_TYPE);
}

/** Address, referrer and user agent of a SERVER span; instrumentation-http provides the referrer if configured to capture it. */
export function askedIn({ attributes }: Pick<ReadableSpan, 'attributes'>): AskedAddress {
  const referrer: unknown = attributes[ATTR_HTTP_REQUEST_REFERER];
  const first: unknown = Array.isArray(referrer) ? referrer[0] : referrer;
  const target = text(attributes, ATTR_URL_PATH) ?? text(attributes, ATTR_HTTP_TARGET) ?? '/';
  return {
    askedPath: partsOf(target).path,
    askedFrom: referringPage(
      typeof first === 'string' ? first : undefined,
      text(attributes, ATTR_SERVER_ADDRESS),
    ),
    userAgent: text(attributes, ATTR_USER_AGENT_ORIGINAL) ?? text(attributes, ATTR_HTTP_USER_AGENT),
    askedBy: text(attributes, ATTR_CLIENT_ADDRESS),
  };
}

/** Metric attributes besides series, status and failure. */
export function labelsOf(
  type: OperationType,
  { attributes }: Pick<ReadableSpan, 'attributes'>,
): Attributes | undefined {
  if (type === 'http')
    return requestLabels(
      methodOf(attributes),
      text(attributes, ATTR_URL_SCHEME) ?? text(attributes, ATTR_HTTP_SCHEME),
      text(attributes, ATTR_NETWORK_PROTOCOL_VERSION),
    );
  if (type !== 'database') return undefined;
  return databaseLabels(
    text(attributes, ATTR_DB_SYSTEM_NAME) ?? text(attributes, ATTR_DB_SYSTEM) ?? 'other_sql',
    text(attributes, ATTR_DB_NAMESPACE),
  );
}

function methodOf(attributes: Attributes): string | undefined {
  return text(attributes, ATTR_HTTP_REQUEST_METHOD) ?? text(attributes, ATTR_HTTP_METHOD);
}

function text(attributes: Attributes, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
