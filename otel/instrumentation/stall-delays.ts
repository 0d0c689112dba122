import { ATTR_URL_PATH } from '../base/semconv.ts';
import type { DelayedRequest, Stall, StallHolder } from '../base/stall.ts';
import type { ActiveRequest } from './active-requests.ts';
import { connectionOf } from './late-arrivals.ts';
import { isReadable, type SeenRequest, seriesOfRequest, type StallTimes } from './stall-evidence.ts';

/** Longest waits first. */
const MAX_DELAYED = 100;
const MAX_PATH_CHARS = 300;
/** When a stall begins and ends is known to some milliseconds: shorter waits are none. */
const SHORTEST_WAIT_MILLIS = 20;

type Times = Pick<StallTimes, 'startNanos' | 'endNanos'>;

/** What is known of a stall besides its samples. */
interface Bounds {
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
  { fromNanos, sleptMillis, idleMillis, requests }: Bounds,
): number {
  return requests.reduce(
    (start, { ended }) =>
      ended !== undefined && ended.idleMillis < idleMillis ? Math.max(start, ended.nanos) : start,
    Math.max(sampledNanos, fromNanos + sleptMillis * 1e6),
  );
}

/** The requests that the stall delayed: each for as long as both lasted, and, if it was read only then, for as long as it can have waited before. */
export function delayedRequests(
  stall: Times,
  requests: readonly SeenRequest[],
  holder: StallHolder | undefined,
): Pick<Stall, 'delayed' | 'delayedCount'> {
  const byConnection = Map.groupBy(requests, ({ request }) => connectionOf(request));
  const delayed = requests
    .filter(({ request }) => request.span.spanContext().traceId !== holder?.traceId)
    .map((each) => delayedRequest(each, stall, byConnection.get(connectionOf(each.request)) ?? []))
    .filter(({ waitedMillis }) => waitedMillis >= SHORTEST_WAIT_MILLIS)
    .toSorted((a, b) => b.waitedMillis - a.waitedMillis);
  return { delayed: delayed.slice(0, MAX_DELAYED), delayedCount: delayed.length };
}

/** @param beside Requests of its connection. */
function delayedRequest(
  { request, ended }: SeenRequest,
  stall: Times,
  beside: readonly SeenRequest[],
): DelayedRequest {
  const { span, startNanos } = request;
  const within = commonMillis(startNanos, ended?.nanos ?? Infinity, stall);
  const before = commonMillis(earliestArrival(request, beside), startNanos, stall);
  const { traceId, spanId } = span.spanContext();
  const path = isReadable(span) ? span.attributes[ATTR_URL_PATH] : undefined;
  return {
    traceId,
    spanId,
    route: seriesOfRequest(span),
    path: String(path ?? '').slice(0, MAX_PATH_CHARS),
    waitedMillis: before + within,
    within: { sinceMillis: Math.max(0, (stall.startNanos - startNanos) / 1e6), millis: within },
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
