import type { ProfiledFunction, Stall, StallFacts, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import type { RouteWork } from '../trace/trace-facts.ts';
import { waitedByRoute, waitsKnownSince } from './loop-waits.ts';
import { routeCode, type RouteCode } from './own-code.ts';
import { type StallGroup, stallGroups } from './stall-groups.ts';
import { stallPlace, wasRun } from './stall-place.ts';

/** What is known of the time of a route's requests that is in no span. */
export interface OwnWork {
  /** The function in which such requests held the event loop for most of that time; undefined if none was recorded. */
  readonly worst: Pick<StallGroup, 'functionName' | 'location' | 'place'> | undefined;
  /** For how long those stalls held it together, and how often. */
  readonly heldMillis: number;
  readonly stalls: number;
  /** One of the stalls for which they waited longest; undefined if they did for none. */
  readonly waitedFor: Stall | undefined;
  /** A piece of work of this length would be recorded; undefined if that is not known for all of the range. */
  readonly recordedFromMillis: number | undefined;
  /** The newest profile in the range, which is of the whole process. */
  readonly profile:
    | {
        readonly id: number;
        readonly startedMillis: number;
        readonly busyMillis: number;
        readonly top: ProfiledFunction;
      }
    | undefined;
  readonly canProfile: boolean;
  /** By samples, of requests too short to be a stall, too. */
  readonly code: RouteCode;
}

export function ownWork(
  telemetry: Pick<TelemetryQuery, 'profiles' | 'ownCode' | 'stalls' | 'trace'>,
  route: string,
  range: TimeRange,
  stalls: StallFacts,
): OwnWork {
  const own = stalls.rows.filter((stall) => isOwn(stall, route));
  const [worst] = stallGroups(own);
  const { watch, thresholdMillis } = stalls;
  const isWatched = watch.is === 'watching' && thresholdMillis > 0;
  const { kept, unavailable } = telemetry.profiles();
  const profile = kept.find(
    ({ startedMillis, durationMillis }) =>
      startedMillis < range.toMillis && startedMillis + durationMillis > range.fromMillis,
  );
  const top = profile?.functions[0];
  return {
    worst,
    heldMillis: own.reduce((sum, { durationMillis }) => sum + durationMillis, 0),
    stalls: own.length,
    waitedFor: longestWaitedFor(stalls.rows, route),
    recordedFromMillis:
      isWatched && waitsKnownSince(stalls, range) === undefined ? thresholdMillis : undefined,
    profile:
      profile && top
        ? { id: profile.id, startedMillis: profile.startedMillis, busyMillis: profile.busyMillis, top }
        : undefined,
    canProfile: unavailable === undefined,
    code: routeCode(telemetry, route, range),
  };
}

/** Undefined if no request of the route, but this trace, was recorded to hold the event loop. */
export function routeWork(
  stalls: readonly Stall[],
  { traceId, series }: { readonly traceId: string; readonly series: string },
): RouteWork | undefined {
  const others = stalls.filter((stall) => isOwn(stall, series) && stall.holder?.traceId !== traceId);
  const [worst] = stallGroups(others);
  if (worst === undefined) return undefined;
  const there = others.filter((stall) => stallPlace(stall) === worst.place);
  return {
    place: worst.place,
    requests: new Set(there.map(({ holder }) => holder?.traceId)).size,
    fromMillis: Math.min(...there.map(({ durationMillis }) => durationMillis)),
  };
}

/** The request itself ran, no statement or render of it; and it did run, by samples. */
function isOwn(stall: Stall, route: string): boolean {
  const { holder } = stall;
  return holder?.type === 'http' && holder.series === route && wasRun(stall);
}

/** Of the place and route that its requests waited for most in all. */
function longestWaitedFor(stalls: readonly Stall[], route: string): Stall | undefined {
  const waited = stalls
    .map((stall) => ({ stall, millis: waitedByRoute([stall]).get(route)?.millis ?? 0 }))
    .filter(({ millis }) => millis > 0);
  const groups = [
    ...Map.groupBy(waited, ({ stall }) => `${stallPlace(stall)} ${stall.holder?.route ?? ''}`).values(),
  ].map((alike) => ({
    longest: alike.reduce((most, each) => (each.millis > most.millis ? each : most)).stall,
    millis: alike.reduce((sum, { millis }) => sum + millis, 0),
  }));
  return groups.toSorted((a, b) => b.millis - a.millis)[0]?.longest;
}
