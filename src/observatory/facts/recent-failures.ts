import type { SeriesSummary, TelemetryQuery, TimelinePoint } from '../../../otel/query.ts';
import { fisher } from './significance.ts';
import type { ChosenRange } from './time-range.ts';

/** How far back the newest minutes may reach. */
const REACH_MILLIS = 3_600_000;
const CELLS = 120;
/** So rare by chance, over all routes and moments tried, that it is said on a page that is drawn each second. */
const MAX_CHANCE = 0.001;

/** A route that fails far more since a moment, up to the end of the range, than in the range before it. */
export interface RecentFailure extends Pick<SeriesSummary, 'name' | 'count' | 'errors'> {
  readonly sinceMillis: number;
}

/**
 * Routes that began to fail, whatever the rest of the range: since the moment that divides their requests best. Those with fewer than `minCount`
 * requests since are not judged.
 */
export function recentFailures(
  telemetry: Pick<TelemetryQuery, 'timeline'>,
  range: ChosenRange,
  routes: readonly SeriesSummary[],
  minCount: number,
): readonly RecentFailure[] {
  const { toMillis } = range;
  const newest = { fromMillis: Math.max(range.fromMillis, toMillis - REACH_MILLIS), toMillis };
  const failing = routes.filter(({ count, errors }) => errors > 1 && count >= minCount);
  return failing.flatMap((route) => {
    const cells = telemetry.timeline('http', newest, { series: route.name, maxPoints: CELLS });
    const since = dividedBest(cells, route, minCount);
    if (since === undefined || since.chance * failing.length > MAX_CHANCE) return [];
    const { count, errors, sinceMillis } = since;
    return [{ name: route.name, count, errors, sinceMillis }];
  });
}

type Newest = Omit<RecentFailure, 'name'> & {
  /** Of so many failures, at any of the moments tried. */
  readonly chance: number;
};

/** Pure. Of the newest cells, as many as differ most from all before them. */
export function dividedBest(
  cells: readonly TimelinePoint[],
  whole: Pick<SeriesSummary, 'count' | 'errors'>,
  minCount: number,
): Newest | undefined {
  const tried: Newest[] = [];
  let [count, errors] = [0, 0];
  for (const cell of cells.toReversed()) {
    count += cell.count;
    errors += cell.errors;
    // A division within a time without failures is at its end.
    if (cell.errors === 0 || count < minCount) continue;
    const [others, old] = [whole.count - count, whole.errors - errors];
    if (others <= 0 || errors * others <= old * count) continue;
    const chance = fisher(errors, count, old, others) * cells.length;
    tried.push({ count, errors, sinceMillis: cell.startMillis, chance });
  }
  return tried.toSorted((a, b) => a.chance - b.chance)[0];
}
