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
