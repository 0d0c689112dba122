import type { Objective, SeriesSummary, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Requests of an objective within a window, from all requests. */
export interface ObjectiveCounts {
  readonly total: number;
  /** Certainly bad. */
  readonly bad: number;
  /** Good or bad: durations in the bucket of the limit, which is 2 % wide, or answers without a known status. */
  readonly undecided: number;
}

type Counted = Pick<TelemetryQuery, 'series' | 'heatMap'>;

/** Counts requests by objective. `window` is one of `coverage`; windows of one reader share their series, which cost most. */
export function objectiveCounter(
  telemetry: Counted,
): (objective: Objective, window: TimeRange) => ObjectiveCounts {
  const read = new Map<string, readonly SeriesSummary[]>();
  const seriesIn = (window: TimeRange): readonly SeriesSummary[] => {
    const key = `${window.fromMillis} ${window.toMillis}`;
    const rows = read.get(key) ?? telemetry.series('http', window);
    read.set(key, rows);
    return rows;
  };
  return (objective, window) =>
    objective.underMillis === undefined
      ? availabilityOf(objective, seriesIn(window))
      : latencyOf(objective, objective.underMillis, window, telemetry);
}

/** Bad is an answer of 5xx; without an answer, because the client left, there is none. */
function availabilityOf({ route }: Objective, series: readonly SeriesSummary[]): ObjectiveCounts {
  const rows = route === undefined ? series : series.filter(({ name }) => name === route);
  const counts = { total: 0, bad: 0, undecided: 0 };
  for (const { count, statuses = [] } of rows) {
    counts.total += count;
    for (const { status, count: answers } of statuses)
      if (status === 'other') counts.undecided += answers;
      else if (status !== 'none' && status >= 500) counts.bad += answers;
  }
  return counts;
}

/** Bad is a duration above the limit, to the last byte; by buckets of the sketch. */
function latencyOf(
  { route }: Objective,
  underMillis: number,
  window: TimeRange,
  telemetry: Counted,
): ObjectiveCounts {
  const series = route === undefined ? {} : { series: route };
  const { bandEdgesMillis, columns } = telemetry.heatMap('http', window, {
    ...series,
    maxColumns: 1,
    bucketsPerBand: 1,
  });
  const counts = { total: 0, bad: 0, undecided: 0 };
  for (const column of columns)
    for (const [band, count] of column.counts.entries()) {
      counts.total += count;
      // The lowest bucket also holds what is shorter, the highest what is longer.
      const from = bandEdgesMillis[band] ?? 0;
      const to = bandEdgesMillis[band + 1] ?? Infinity;
      if (from >= underMillis) counts.bad += count;
      else if (to > underMillis) counts.undecided += count;
    }
  return counts;
}
