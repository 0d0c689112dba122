import type { TelemetryQuery } from '../../../otel/query.ts';
import { NO_WAIT, waitedByRoute, waitsAreMissing, waitsKnownSince } from './loop-waits.ts';
import { MAX_COURSES, type SeriesLine, seriesLines } from './series-lines.ts';
import type { ChosenRange } from './time-range.ts';

export interface RouteLines {
  /** Those that took the most time of their own first: a route that waits for others is not what takes the time. */
  readonly routes: readonly SeriesLine[];
  /** Stalls before are not held, so that what requests waited then is not known; undefined if the range has none such. */
  readonly waitsKnownSinceMillis: number | undefined;
  /** True if some waits are in no stall. */
  readonly waitsAreMissing: boolean;
}

/** Every route with its share of time, and how much of that it waited for the event loop. */
export function routeLines(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  seconds: number,
  courses: number = MAX_COURSES,
): RouteLines {
  const stalls = telemetry.stalls(range);
  const waited = waitedByRoute(stalls.rows);
  const withWait = (line: SeriesLine): SeriesLine => {
    const { millis, isAtMost } = waited.get(line.name) ?? NO_WAIT;
    return { ...line, waitedMillis: Math.min(line.totalMillis, millis), waitedAtMost: isAtMost };
  };
  const ordered = (lines: readonly SeriesLine[]): readonly SeriesLine[] =>
    lines.map(withWait).toSorted((a, b) => ownMillis(b) - ownMillis(a));
  return {
    routes: seriesLines(telemetry, 'http', range, seconds, { courses, ordered }),
    waitsKnownSinceMillis: waitsKnownSince(stalls, range),
    waitsAreMissing: waitsAreMissing(stalls.rows),
  };
}

/** Time in which nothing else is known to have held the event loop. */
function ownMillis({ totalMillis, waitedMillis = 0 }: SeriesLine): number {
  return totalMillis - waitedMillis;
}
