import type {
  DelayedRequest,
  Stall,
  StallFacts,
  StallHolder,
  TelemetryQuery,
  TimeRange,
  TraceDetail,
  WaitWithin,
} from '../../../otel/query.ts';
import { endOf, intersections, totalMillis, type Interval, type WaitInterval } from '../trace/intervals.ts';
import { runsThrough, type TreeSpan } from '../trace/span-tree.ts';
import { holderName } from '../format/shown-name.ts';
import { isHolderKnown, stallPlace } from './stall-place.ts';

/** A request, by its span. */
interface Request extends Interval {
  readonly traceId: string;
  readonly spanId: string;
}

/** Returns what a request waited for the event loop within its span; no two of these times overlap. */
export type LoopWaits = (request: Request) => readonly WaitInterval[];

/**
 * A stall lists the requests that waited longest, on the monotonic clock. What it does not list has to be compared by the time of day, which may step;
 * so has every request of a stall that an earlier version recorded.
 */
export function loopWaits(stalls: readonly Stall[]): LoopWaits {
  const listed = new Map<
    string,
    { readonly stall: Stall; readonly sinceMillis: number; readonly millis: number }[]
  >();
  for (const stall of stalls)
    for (const request of stall.delayed) {
      const { spanId } = request;
      const parts = partsWithin(request).map((part) => ({ stall, ...part }));
      listed.set(spanId, [...(listed.get(spanId) ?? []), ...parts]);
    }
  const partial = stalls.filter(
    ({ delayed, delayedCount }) =>
      delayedCount > delayed.length || delayed.some(({ within }) => within === undefined),
  );
  return (request) => {
    const exact = listed.get(request.spanId) ?? [];
    const known = new Set(exact.map(({ stall }) => stall));
    return [
      ...exact.map(({ stall, sinceMillis, millis }) => ({
        startMillis: request.startMillis + sinceMillis,
        durationMillis: millis,
        by: heldByText(stall),
      })),
      ...partial.filter((stall) => !known.has(stall)).flatMap((stall) => common(request, stall)),
    ]
      .filter(({ durationMillis }) => durationMillis > 0)
      .sort((a, b) => a.startMillis - b.startMillis);
  };
}

/** When a request waited within its span; nothing in a stall of an earlier version. */
export function partsWithin({ within, alsoWithin }: DelayedRequest): readonly WaitWithin[] {
  return [within, alsoWithin].filter((part) => part !== undefined);
}

function common(request: Request, stall: Stall): readonly WaitInterval[] {
  if (stall.holder?.traceId === request.traceId || stall.processStartedAtMillis > request.startMillis)
    return [];
  const { atMillis, durationMillis } = stall;
  const held = { startMillis: atMillis - durationMillis, durationMillis, by: heldByText(stall) };
  return intersections([request], [held]);
}

/** Stalls that a trace caused or waited for. */
export function stallsAround(
  telemetry: Pick<TelemetryQuery, 'stalls' | 'stallsOfTrace'>,
  { traceId, startMillis }: TraceDetail,
): readonly Stall[] {
  const named = telemetry.stallsOfTrace(traceId);
  const partial = telemetry
    .stalls({ fromMillis: startMillis, toMillis: Infinity })
    .rows.filter((stall) => stall.delayedCount > stall.delayed.length && !named.includes(stall));
  return [...named, ...partial];
}

/** The trace, with what its requests waited. */
export function withWaits(trace: TraceDetail, stalls: readonly Stall[]): TraceDetail {
  if (stalls.length === 0) return trace;
  const waitsOf = waitsWithin(trace, loopWaits(stalls));
  const spans = trace.spans.map((span) => {
    const waits = waitsOf(span);
    return waits.length === 0 ? span : { ...span, waits };
  });
  return { ...trace, spans };
}

/**
 * What a span of a trace waited. A request that ran in one turn of the loop with the one that is blamed held the loop, too: its statements and
 * renders waited for nobody.
 */
export function waitsWithin<Span extends TreeSpan>(
  { traceId, spans }: { readonly traceId: string; readonly spans: readonly Span[] },
  waitsOf: LoopWaits,
): (span: Span) => readonly WaitInterval[] {
  let busy: readonly Interval[] | undefined;
  return (span) =>
    span.type !== 'http'
      ? []
      : waitsOf({ traceId, ...timesOf(span) }).flatMap((wait) => {
          busy ??= merged(spans.filter(runsThrough));
          const durationMillis = wait.durationMillis - totalMillis(intersections(busy, [wait]));
          return durationMillis > 0 ? [{ ...wait, durationMillis }] : [];
        });
}

function timesOf({ spanId, startMillis, durationMillis }: TreeSpan): Omit<Request, 'traceId'> {
  return { spanId, startMillis, durationMillis };
}

/** As times of which no two overlap, oldest first. */
function merged(spans: readonly Interval[]): readonly Interval[] {
  const found: Interval[] = [];
  for (const span of spans.toSorted((a, b) => a.startMillis - b.startMillis)) {
    const last = found.at(-1);
    const from = Math.max(span.startMillis, last === undefined ? -Infinity : endOf(last));
    if (endOf(span) > from) found.push({ startMillis: from, durationMillis: endOf(span) - from });
  }
  return found;
}

/** What the requests of a route waited within their time. */
export interface RouteWait {
  readonly millis: number;
  /** True if stalls of an earlier version are part of it: of those, an upper bound is known. */
  readonly isAtMost: boolean;
}

/** Of all requests that stalls delayed; of those of an earlier version, the hundred that waited longest of each. */
export function waitedByRoute(stalls: readonly Stall[]): ReadonlyMap<string, RouteWait> {
  const routes = new Map<string, RouteWait>();
  const add = (route: string, waited: number, isOld: boolean): void => {
    const { millis, isAtMost } = routes.get(route) ?? NO_WAIT;
    routes.set(route, { millis: millis + waited, isAtMost: isAtMost || isOld });
  };
  for (const { delayed, alsoDelayed = [] } of stalls) {
    for (const request of delayed) {
      const { route, wasRunning, waitedMillis, within } = request;
      const isOld = within === undefined && wasRunning;
      add(
        route,
        isOld ? waitedMillis : partsWithin(request).reduce((sum, part) => sum + part.millis, 0),
        isOld,
      );
    }
    for (const { route, millis } of alsoDelayed) add(route, millis, false);
  }
  return routes;
}

/** Returns true if requests waited that no stall has: those of an earlier version have the hundred that waited longest of each. */
export function waitsAreMissing(stalls: readonly Stall[]): boolean {
  return stalls.some(
    ({ delayed, delayedCount, alsoDelayed }) => delayedCount > delayed.length && alsoDelayed === undefined,
  );
}

export const NO_WAIT: RouteWait = { millis: 0, isAtMost: false };

/** The time from which waits are known; undefined if that covers the range. */
export function waitsKnownSince(
  { heldSinceMillis }: Pick<StallFacts, 'heldSinceMillis'>,
  { fromMillis }: TimeRange,
): number | undefined {
  return heldSinceMillis !== undefined && heldSinceMillis > fromMillis ? heldSinceMillis : undefined;
}

function heldByText(stall: Stall): string {
  const { holder } = stall;
  return `${stallPlace(stall)}${holder === undefined || !isHolderKnown(stall) ? '' : ` in ${routeOrName(holder)}`}`;
}

function routeOrName(holder: StallHolder): string {
  return holder.route ?? holderName(holder);
}
