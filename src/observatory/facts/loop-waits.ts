import type { Stall, StallHolder, TelemetryQuery, TraceDetail } from '../../../otel/query.ts';
import { stallPlace } from './stall-groups.ts';

/** A time in which a request could not go on, as something else held the event loop. */
export interface LoopWait {
  /** On the clock of its span. */
  readonly startMillis: number;
  readonly durationMillis: number;
  /** `spin src/posts/store.ts:12 in GET /report`, as far as that is known. */
  readonly by: string;
}

/** A request, by its span. */
interface Request {
  readonly traceId: string;
  readonly spanId: string;
  readonly startMillis: number;
  readonly durationMillis: number;
}

/** Returns what a request waited for the event loop within its span; no two of these times overlap. */
export type LoopWaits = (request: Request) => readonly LoopWait[];

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
    for (const { spanId, within } of stall.delayed) {
      if (within === undefined) continue;
      const known = listed.get(spanId);
      if (known === undefined) listed.set(spanId, [{ stall, ...within }]);
      else known.push({ stall, ...within });
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

function common({ traceId, startMillis, durationMillis }: Request, stall: Stall): readonly LoopWait[] {
  if (stall.holder?.traceId === traceId || stall.processStartedAtMillis > startMillis) return [];
  const from = Math.max(startMillis, stall.atMillis - stall.durationMillis);
  const to = Math.min(startMillis + durationMillis, stall.atMillis);
  return [{ startMillis: from, durationMillis: to - from, by: heldByText(stall) }];
}

export function waitedMillis(waits: readonly LoopWait[] = []): number {
  return waits.reduce((sum, { durationMillis }) => sum + durationMillis, 0);
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
  const waitsOf = waitsWithin(trace, stalls);
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
export function waitsWithin(
  { traceId, spans }: Pick<TraceDetail, 'traceId' | 'spans'>,
  stalls: readonly Stall[],
): (span: TraceDetail['spans'][number]) => readonly LoopWait[] {
  const waitsOf = loopWaits(stalls);
  const busy = merged(spans.filter(({ type }) => type === 'database' || type === 'render'));
  return (span) =>
    span.kind !== 'server'
      ? []
      : waitsOf({ traceId, ...span }).flatMap((wait) => {
          const durationMillis = wait.durationMillis - commonMillis(wait, busy);
          return durationMillis > 0 ? [{ ...wait, durationMillis }] : [];
        });
}

interface Span {
  readonly startMillis: number;
  readonly durationMillis: number;
}

/** As times of which no two overlap, oldest first. */
function merged(spans: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  for (const { startMillis, durationMillis } of spans.toSorted((a, b) => a.startMillis - b.startMillis)) {
    const last = found.at(-1);
    const end = last === undefined ? -Infinity : last.startMillis + last.durationMillis;
    const from = Math.max(startMillis, end);
    if (startMillis + durationMillis > from)
      found.push({ startMillis: from, durationMillis: startMillis + durationMillis - from });
  }
  return found;
}

/** What a time has in common with times that do not overlap. */
function commonMillis({ startMillis, durationMillis }: Span, spans: readonly Span[]): number {
  return spans.reduce((sum, span) => {
    const from = Math.max(startMillis, span.startMillis);
    const to = Math.min(startMillis + durationMillis, span.startMillis + span.durationMillis);
    return sum + Math.max(0, to - from);
  }, 0);
}

/** What the requests of each route waited, at least: a stall lists the hundred that waited longest. */
export function waitedByRoute(stalls: readonly Stall[]): ReadonlyMap<string, number> {
  const routes = new Map<string, number>();
  for (const { delayed } of stalls)
    for (const { route, within } of delayed)
      if (within !== undefined) routes.set(route, (routes.get(route) ?? 0) + within.millis);
  return routes;
}

function heldByText(stall: Stall): string {
  const { holder } = stall;
  return `${stallPlace(stall)}${holder === undefined ? '' : ` in ${routeOrSeries(holder)}`}`;
}

function routeOrSeries({ route, series }: StallHolder): string {
  return route ?? series;
}
