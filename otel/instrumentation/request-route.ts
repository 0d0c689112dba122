import { type Span, context, trace } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { ATTR_HTTP_ROUTE } from '../base/semconv.ts';

/** Methods of the semantic conventions; any other is `_OTHER`, so that a client cannot create series. */
const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));

/** `http.request.method` of a method as sent. */
export function knownMethod(verb: string): string {
  return KNOWN_METHODS.has(verb) ? verb : '_OTHER';
}

/** `{method} {route}` or `{method}`, with `HTTP` for an unknown method (HTTP conventions, *Name*). */
export function requestSpanName(verb: string, route?: string): string {
  const method = KNOWN_METHODS.has(verb) ? verb : 'HTTP';
  return route === undefined ? method : `${method} ${route}`;
}

/** SERVER span of the current request, also inside child spans; undefined without telemetry. */
export function activeRequestSpan(): Span | undefined {
  return getRPCMetadata(context.active())?.span ?? trace.getActiveSpan();
}

/** For routers: names the span of the current request by the route that handles it. The last call wins. */
export function nameRequestRoute(verb: string, route: string): void {
  const active = context.active();
  const request = getRPCMetadata(active);
  const span = request?.span ?? trace.getSpan(active);
  if (span === undefined) return;
  if (request !== undefined) request.route = route;
  span.setAttribute(ATTR_HTTP_ROUTE, route);
  span.updateName(requestSpanName(verb, route));
}
