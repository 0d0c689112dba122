import type { Context, HrTime, Span } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { seriesOf } from '../sampling/operation-type.ts';
import { SeriesNames } from '../sampling/series-names.ts';
import { ATTR_HTTP_ROUTE } from '../base/semconv.ts';
import { plusNanos } from './hr-time.ts';
import { LiveSpan } from './live-span.ts';

export { plusNanos };

/**
 * What a request tells the operations made for it. It is found through the RPC metadata in the context of a
 * request, so it lives exactly as long as that context.
 */
export interface RequestFacts {
  readonly span: Span;
  /** Monotonic; taken when the span started. */
  readonly startNanos: number;
  /** The request's method as its span has it. */
  readonly method?: string;
  /** The http series, once the router has named the route. */
  series?: { readonly route: unknown; readonly name: string } | undefined;
}

/** Under which RPC metadata answers the facts of its request. */
export const REQUEST_FACTS = Symbol('glasshouse.request-facts');
type Carrier = { [REQUEST_FACTS]?: RequestFacts };

export function requestFactsOf(context: Context): RequestFacts | undefined {
  return (getRPCMetadata(context) as Carrier | undefined)?.[REQUEST_FACTS];
}

const names = new SeriesNames(' ');

/** The http series of the active request, `GET /:slug`; undefined outside of one and before its route is known. */
export function callerOf(facts: RequestFacts | undefined): string | undefined {
  if (facts === undefined) return undefined;
  const span = facts.span as Span & ReadableSpan;
  // The attributes of a live span would be made by being read.
  const route =
    span instanceof LiveSpan ? span.setSinceStart(ATTR_HTTP_ROUTE) : span.attributes?.[ATTR_HTTP_ROUTE];
  if (route === undefined) return undefined;
  if (facts.series?.route !== route) facts.series = { route, name: seriesName(facts, span, route) };
  return facts.series.name;
}

/** As `seriesOf` names it, without the attributes when method and route are at hand. */
function seriesName({ method }: RequestFacts, span: Span & ReadableSpan, route: unknown): string {
  if (method === undefined || typeof route !== 'string' || route === '') return seriesOf('http', span);
  return names.of(method, route);
}

/**
 * The wall-clock time of a monotonic moment, on the time line of the request's own span: spans start at a whole millisecond, and
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
