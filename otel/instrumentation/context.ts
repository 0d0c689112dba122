import type { Context, HrTime, Span } from '@opentelemetry/api';
import { type RPCMetadata, getRPCMetadata } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { seriesOf } from '../sampling/operation-type.ts';
import { ATTR_HTTP_ROUTE } from '../semconv.ts';

/**
 * What a request tells the operations made for it. It hangs on the RPC metadata in the context of a
 * request, so it lives exactly as long as that context.
 */
export interface RequestFacts {
  readonly span: Span;
  /** Monotonic; taken when the span started. */
  readonly startNanos: number;
  /** The http series, once the router has named the route. */
  series?: { readonly route: unknown; readonly name: string };
}

const REQUEST_FACTS = Symbol('glasshouse.request-facts');
type Carrier = { [REQUEST_FACTS]?: RequestFacts };

/** Called once per request. */
export function setRequestFacts(rpc: RPCMetadata, facts: RequestFacts): void {
  (rpc as RPCMetadata & Carrier)[REQUEST_FACTS] = facts;
}

export function requestFactsOf(context: Context): RequestFacts | undefined {
  return (getRPCMetadata(context) as Carrier | undefined)?.[REQUEST_FACTS];
}

/** The http series of the active request, `GET /:slug`; undefined outside of one and before its route is known. */
export function callerOf(facts: RequestFacts | undefined): string | undefined {
  const span = facts?.span as (Span & ReadableSpan) | undefined;
  const route = span?.attributes?.[ATTR_HTTP_ROUTE];
  if (facts === undefined || span === undefined || route === undefined) return undefined;
  if (facts.series?.route !== route) facts.series = { route, name: seriesOf('http', span) };
  return facts.series.name;
}

/**
 * The wall-clock time of a monotonic moment, on the time line of the request's own span: SDK spans start at a whole millisecond, and
 * children placed by another clock would stick out of their parents.
 */
export function spanTimeOf(
  facts: RequestFacts | undefined,
  nanos: number,
  nowNanos: number,
  nowMillis: number,
): HrTime {
  const start = (facts?.span as (Span & Partial<ReadableSpan>) | undefined)?.startTime;
  if (facts !== undefined && start !== undefined) return plusNanos(start, nanos - facts.startNanos);
  const wholeSeconds = Math.floor(nowMillis / 1_000);
  return plusNanos([wholeSeconds, (nowMillis - wholeSeconds * 1_000) * 1e6], nanos - nowNanos);
}

export function plusNanos([seconds, nanos]: HrTime, more: number): HrTime {
  const sum = Math.round(nanos + more);
  const carry = Math.floor(sum / 1e9);
  return [seconds + carry, sum - carry * 1e9];
}
