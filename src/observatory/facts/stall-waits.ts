import type { DelayedRequest, Stall } from '../../../otel/query.ts';
import { beginOf } from './blocked-turns.ts';

/** A request that stalls delayed, once for all of them. */
export interface WaitingRequest extends Pick<DelayedRequest, 'traceId' | 'spanId' | 'route' | 'path'> {
  /** For all of them together, and for what ran between them before it was read. */
  readonly waitedMillis: number;
  readonly stalls: number;
  /** True if it came meanwhile: when it arrived is not known. */
  readonly isAtMost: boolean;
}

/** Requests of a route that had to wait. */
export interface WaitingRoute {
  readonly route: string;
  /** Each once, as far as they are told apart. */
  readonly requests: number;
  /** Of one of them. */
  readonly worstMillis: number;
  readonly isAtMost: boolean;
}

/** Who had to wait for stalls. */
export interface Waiting {
  /** Each once, as far as they are told apart: else the most that it can be. */
  readonly requests: number;
  /** False if a stall delayed more than it lists: the others may have waited for several. */
  readonly isToldApart: boolean;
  /** True if some came meanwhile, and may not have waited. */
  readonly isAtMost: boolean;
  /** That waited longest; undefined if none is listed. */
  readonly worst: WaitingRequest | undefined;
  /** Most requests first. */
  readonly routes: readonly WaitingRoute[];
}

export function whoWaited(stalls: readonly Stall[]): Waiting {
  const listed = waitingRequests(stalls);
  const more = stalls.map(({ delayed, delayedCount }) => delayedCount - delayed.length);
  return {
    requests: listed.length + more.reduce((sum, count) => sum + count, 0),
    // Of one stall, all are different.
    isToldApart: stalls.length === 1 || more.every((count) => count === 0),
    isAtMost: listed.some(({ isAtMost }) => isAtMost),
    worst: listed.reduce<WaitingRequest | undefined>(
      (worst, each) => (each.waitedMillis > (worst?.waitedMillis ?? 0) ? each : worst),
      undefined,
    ),
    routes: waitingRoutes(listed, stalls),
  };
}

/**
 * Those that stalls list, by their spans: up to a hundred of each of five hundred stalls. One that was not read between two of them waited for
 * what ran there, too.
 */
function waitingRequests(stalls: readonly Stall[]): readonly WaitingRequest[] {
  const found = new Map<string, { -readonly [Key in keyof WaitingRequest]: WaitingRequest[Key] }>();
  /** Ends of the last stalls that they were not read before. */
  const unread = new Map<string, number>();
  for (const stall of stalls.toSorted((a, b) => a.atMillis - b.atMillis))
    for (const { traceId, spanId, route, path, waitedMillis, wasRunning, within } of stall.delayed) {
      const isAtMost = !wasRunning || within === undefined;
      const known = found.get(spanId);
      if (known === undefined)
        found.set(spanId, { traceId, spanId, route, path, waitedMillis, stalls: 1, isAtMost });
      else {
        const since = wasRunning ? undefined : unread.get(spanId);
        known.waitedMillis += waitedMillis + (since === undefined ? 0 : Math.max(0, beginOf(stall) - since));
        known.stalls++;
        known.isAtMost ||= isAtMost;
      }
      if (!wasRunning) unread.set(spanId, stall.atMillis);
    }
  return [...found.values()];
}

function waitingRoutes(listed: readonly WaitingRequest[], stalls: readonly Stall[]): readonly WaitingRoute[] {
  const routes = new Map<string, WaitingRoute>();
  const add = (route: string, requests: number, millis: number, isAtMost: boolean): void => {
    const known = routes.get(route);
    routes.set(route, {
      route,
      requests: (known?.requests ?? 0) + requests,
      worstMillis: Math.max(known?.worstMillis ?? 0, millis),
      isAtMost: known?.isAtMost === true || isAtMost,
    });
  };
  for (const { route, waitedMillis, isAtMost } of listed) add(route, 1, waitedMillis, isAtMost);
  for (const { alsoDelayed = [] } of stalls)
    for (const { route, requests } of alsoDelayed) add(route, requests, 0, false);
  return [...routes.values()].sort((a, b) => b.requests - a.requests || b.worstMillis - a.worstMillis);
}
