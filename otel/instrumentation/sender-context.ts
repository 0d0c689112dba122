import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Context, isSpanContextValid, type Link, type SpanContext, trace } from '@opentelemetry/api';
import { forwardedRequest, type ForwardedWords, isForwarded } from './forwarded-request.ts';
import type { ClientRules } from './http-request-attributes.ts';

/** Carries METRICS_TRUSTED_CONTEXT_TOKEN; never recorded. */
const TOKEN_HEADER = 'x-trace-context-token';

/**
 * Returns true if the trace context of a request is continued. Anybody can write one: a trace id chosen by its sender decides what is sampled, one
 * id for all requests makes a single huge trace, and `th` claims any weight.
 */
export function trustsContext(
  words: ForwardedWords,
  headers: IncomingHttpHeaders,
  { proxies, context, contextToken }: ClientRules,
): boolean {
  if (context.all || (contextToken !== undefined && isToken(headers[TOKEN_HEADER], contextToken)))
    return true;
  const { peerAddress } = words;
  const isProxy = proxies.trusts(peerAddress);
  if (isProxy && context.proxies) return true;
  const { clientAddress } = forwardedRequest(words, proxies);
  // A proxy that names no client, or two, forwards for an unknown one.
  if (isProxy && isForwarded(words) && clientAddress === peerAddress) return false;
  return context.clients.has(clientAddress);
}

/** The span context in a context; undefined without a valid one. */
export function spanContextIn(context: Context): SpanContext | undefined {
  const spanContext = trace.getSpanContext(context);
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** A link to the span of an untrusted sender, without its tracestate: 55 characters, whatever the sender wrote. */
export function linkTo(sender: Context): Link | undefined {
  const spanContext = spanContextIn(sender);
  if (spanContext === undefined) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return { context: { traceId, spanId, traceFlags, isRemote: true } };
}

/** Takes as long for every wrong value. */
function isToken(given: string | string[] | undefined, expected: string): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
