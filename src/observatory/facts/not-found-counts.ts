import type { SeriesSummary, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Responses with status 404 or 410 of all these routes, exact. */
export function notFoundIn(routes: readonly SeriesSummary[]): number {
  return routes
    .flatMap(({ statuses = [] }) => statuses)
    .reduce((sum, { status, count }) => (status === 404 || status === 410 ? sum + count : sum), 0);
}

/** Responses of all routes in a range with such a status, exact. */
export function answeredWith(
  telemetry: Pick<TelemetryQuery, 'series'>,
  range: TimeRange,
  isOne: (status: number) => boolean,
): number {
  return telemetry
    .series('http', range)
    .flatMap(({ statuses = [] }) => statuses)
    .reduce((sum, { status, count }) => (typeof status === 'number' && isOne(status) ? sum + count : sum), 0);
}

/** Responses with 4xx of all routes in a range by status, the most frequent first, exact. */
export function clientErrorsByStatus(
  telemetry: Pick<TelemetryQuery, 'series'>,
  range: TimeRange,
): readonly { readonly status: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const { statuses = [] } of telemetry.series('http', range))
    for (const { status, count } of statuses)
      if (typeof status === 'number' && status >= 400 && status < 500)
        counts.set(status, (counts.get(status) ?? 0) + count);
  return [...counts]
    .map(([status, count]) => ({ status, count }))
    .sort((a, b) => b.count - a.count || a.status - b.status);
}
