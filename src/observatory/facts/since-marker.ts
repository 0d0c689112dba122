import type { Marker, SeriesSummary, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { fisher } from './significance.ts';
import type { ChosenRange } from './time-range.ts';

/** So rare by chance, over all routes, that it is said on a page that is drawn each second. */
const MAX_CHANCE = 0.001;
/** Half take longer than that many times what one in twenty took before. */
const MUCH_SLOWER = 2;
/** Fewer may be the first ones of a process. */
const MIN_SLOWER = 60;

type Told = Pick<TelemetryQuery, 'markers' | 'coverage' | 'countedFromMillis' | 'series'>;

/** Routes of a part of the range that ends with it. */
export interface NewestRoutes {
  /** What happened at its beginning. */
  readonly marker: Marker;
  readonly routes: readonly SeriesSummary[];
}

/** A route that fails more, or became much slower, since a marker. */
export interface TurnedRoute {
  readonly before: SeriesSummary;
  readonly after: SeriesSummary;
  readonly fails: boolean;
  readonly isSlower: boolean;
}

export interface SinceMarker extends NewestRoutes {
  /** What turned worst first. */
  readonly turned: readonly TurnedRoute[];
}

/** A start of another version, changed settings, or what the app or somebody marked. */
const isChange = ({ kind, versions }: Marker): boolean =>
  versions !== undefined || kind === 'settings' || kind === 'event';

/**
 * The routes since the newest start of another version in the range, else the newest other change or start, from exact counts: two sums, no
 * comparison of durations over time as Changes has it. Undefined if nothing happened.
 */
export function sinceMarker(
  telemetry: Told,
  range: Pick<ChosenRange, 'fromMillis' | 'toMillis'>,
  minCount: number,
): SinceMarker | undefined {
  const markers = telemetry
    .markers(range)
    .filter(({ atMillis }) => atMillis > range.fromMillis && atMillis < range.toMillis);
  const marker =
    markers.findLast(({ versions }) => versions !== undefined) ??
    markers.findLast(isChange) ??
    markers.findLast(({ kind }) => kind === 'start');
  if (marker === undefined) return undefined;
  const { before, after } = sidesOf(telemetry, marker.atMillis, range);
  const routes = telemetry.series('http', after);
  if (!isChange(marker)) return { marker, routes, turned: [] };
  return { marker, routes, turned: turnedRoutes(telemetry.series('http', before), routes, minCount) };
}

/** The range on both sides, without the bucket of the marker; before it at least as long as after it, as far as there are counts. */
function sidesOf(
  telemetry: Told,
  at: number,
  { fromMillis, toMillis }: TimeRange,
): { readonly before: TimeRange; readonly after: TimeRange } {
  const { stepMillis } = telemetry.coverage({ fromMillis: at, toMillis });
  const [down, up] = [Math.floor(at / stepMillis) * stepMillis, Math.ceil(at / stepMillis) * stepMillis];
  const from = Math.min(
    down,
    Math.max(telemetry.countedFromMillis(), Math.min(fromMillis, 2 * at - toMillis)),
  );
  return {
    before: { fromMillis: from, toMillis: down },
    after: { fromMillis: Math.min(up, toMillis), toMillis },
  };
}

/** Pure. */
export function turnedRoutes(
  before: readonly SeriesSummary[],
  after: readonly SeriesSummary[],
  minCount: number,
): readonly TurnedRoute[] {
  const earlier = new Map(before.map((row) => [row.name, row]));
  return after
    .flatMap((row): TurnedRoute[] => {
      const old = earlier.get(row.name);
      if (old === undefined || Math.min(old.count, row.count) < minCount) return [];
      const isMore = row.errors * old.count > old.errors * row.count;
      const fails =
        isMore && fisher(row.errors, row.count, old.errors, old.count) * after.length <= MAX_CHANCE;
      const isSlower =
        row.count >= MIN_SLOWER && row.durationMillis.p50 > MUCH_SLOWER * old.durationMillis.p95;
      return fails || isSlower ? [{ before: old, after: row, fails, isSlower }] : [];
    })
    .toSorted((a, b) => Number(b.fails) - Number(a.fails) || costOf(b) - costOf(a));
}

/** Failures beyond those expected; of what is slower alone, milliseconds. */
function costOf({ before, after, fails }: TurnedRoute): number {
  return fails
    ? after.errors - (before.errors * after.count) / before.count
    : after.totalMillis - (before.totalMillis * after.count) / before.count;
}
