import { ATTR_URL_PATH } from '../base/semconv.ts';
import type { DelayedRequest, DelayedRoute, Stall, StallHolder } from '../base/stall.ts';
import type { ActiveRequest } from './active-requests.ts';
import { connectionOf } from './late-arrivals.ts';
import type { SeenRequest } from './seen-request.ts';
import { isReadable, seriesOfRequest, type StallTimes } from './stall-evidence.ts';
import { lengthOf, type StallPart } from './stall-turns.ts';

/** Longest waits first. */
const MAX_DELAYED = 100;
/** Routes of all others. */
const MAX_ROUTES = 100;
const OTHER_ROUTES = 'other routes';
const MAX_PATH_CHARS = 300;
/** When a stall begins and ends is known to some milliseconds: shorter waits are none. */
const SHORTEST_WAIT_MILLIS = 20;

type Times = Pick<StallTimes, 'startNanos' | 'endNanos'>;

/** What is known of a stall besides its samples. */
export interface StallBounds {
  /** Monotonic, the turn of the loop before it. */
  readonly fromNanos: number;
  /** How long the loop slept between that turn and the stall. */
  readonly sleptMillis: number;
  /** How long it had slept in all. */
  readonly idleMillis: number;
  readonly requests: readonly SeenRequest[];
}

/**
 * Samples are 40 ms apart. But the stall began no earlier than the loop had slept for as long as it did, and no earlier than a request ended after
 * which it slept.
 */
export function startOfStall(
  sampledNanos: number,
  { fromNanos, sleptMillis, idleMillis, requests }: StallBounds,
): number {
  return requests.reduce(
    (start, { ended }) =>
      ended !== undefined && ended.idleMillis < idleMillis ? Math.max(start, ended.nanos) : start,
    Math.max(sampledNanos, fromNanos + sleptMillis * 1e6),
  );
}

/**
 * The requests that the stall delayed: each for as long as both lasted, less the part in which the loop ran for it, and, if it was read only then,
 * for as long as it can have waited before.
 *
 * @param parts Of the stall; a single one is that of its holder.
 */
export function delayedRequests(
  stall: Times,
  requests: readonly SeenRequest[],
  holder: StallHolder | undefined,
  parts: readonly StallPart[] = [],
): Pick<Stall, 'delayed' | 'delayedCount' | 'alsoDelayed'> {
  const byConnection = Map.groupBy(requests, ({ request }) => connectionOf(request));
  const delayed = requests
    .filter(({ request }) => request.span.spanContext().traceId !== holder?.traceId)
    .map((each) =>
      delayedRequest(
        each,
        stall,
        byConnection.get(connectionOf(each.request)) ?? [],
        parts.length > 1 ? ownPart(parts, each.request) : undefined,
      ),
    )
    .filter(({ waitedMillis }) => waitedMillis >= SHORTEST_WAIT_MILLIS)
    .toSorted((a, b) => b.waitedMillis - a.waitedMillis);
  const others = delayed.slice(MAX_DELAYED);
  return {
    delayed: delayed.slice(0, MAX_DELAYED),
    delayedCount: delayed.length,
    ...(others.length > 0 && { alsoDelayed: byRoute(others) }),
  };
}

function byRoute(requests: readonly DelayedRequest[]): readonly DelayedRoute[] {
  const routes = new Map<string, { route: string; requests: number; millis: number }>();
  for (const { route: name, within, alsoWithin } of requests) {
    // Apps name as many routes as they have; of one that names them by what was asked, the first are told.
    const route = routes.has(name) || routes.size < MAX_ROUTES ? name : OTHER_ROUTES;
    const sum = routes.get(route) ?? { route, requests: 0, millis: 0 };
    sum.requests++;
    sum.millis += (within?.millis ?? 0) + (alsoWithin?.millis ?? 0);
    routes.set(route, sum);
  }
  return [...routes.values()];
}

/** The longest part in which the loop ran for it. */
function ownPart(parts: readonly StallPart[], of: ActiveRequest): StallPart | undefined {
  return parts
    .filter(({ runner }) => runner !== undefined && 'request' in runner && runner.request === of)
    .reduce<StallPart | undefined>(
      (longest, each) => (longest === undefined || lengthOf([each]) > lengthOf([longest]) ? each : longest),
      undefined,
    );
}

/**
 * @param beside Requests of its connection.
 * @param own The part of the stall in which the loop ran for it.
 */
function delayedRequest(
  { request, ended }: SeenRequest,
  stall: Times,
  beside: readonly SeenRequest[],
  own: StallPart | undefined,
): DelayedRequest {
  const { span, startNanos } = request;
  const endNanos = ended?.nanos ?? Infinity;
  const before = commonMillis(earliestArrival(request, beside), startNanos, stall);
  const [first, second] = (
    own === undefined
      ? [[startNanos, endNanos]]
      : [
          [startNanos, own.fromNanos],
          [own.toNanos, endNanos],
        ]
  )
    .map(([from = 0, to = 0]) => ({
      sinceMillis: Math.max(0, (Math.max(from, stall.startNanos) - startNanos) / 1e6),
      millis: commonMillis(Math.max(from, startNanos), Math.min(to, endNanos), stall),
    }))
    .toSorted((a, b) => b.millis - a.millis);
  const { traceId, spanId } = span.spanContext();
  const path = isReadable(span) ? span.attributes[ATTR_URL_PATH] : undefined;
  return {
    traceId,
    spanId,
    route: seriesOfRequest(span),
    path: String(path ?? '').slice(0, MAX_PATH_CHARS),
    waitedMillis: before + (first?.millis ?? 0) + (second?.millis ?? 0),
    within: first,
    ...(second !== undefined && second.millis > 0 && { alsoWithin: second }),
    wasRunning: startNanos < stall.startNanos,
  };
}

/** Monotonic. A client sends a request once it has the answer to the one before on the same connection. */
function earliestArrival(request: ActiveRequest, beside: readonly SeenRequest[]): number {
  if (connectionOf(request) === undefined || !request.httpVersion.startsWith('1.')) return -Infinity;
  return beside.reduce(
    (latest, { request: { startNanos, firstByteNanos = -Infinity } }) =>
      startNanos < request.startNanos ? Math.max(latest, firstByteNanos) : latest,
    -Infinity,
  );
}

function commonMillis(fromNanos: number, toNanos: number, { startNanos, endNanos }: Times): number {
  return Math.max(0, Math.min(toNanos, endNanos) - Math.max(fromNanos, startNanos)) / 1e6;
}
