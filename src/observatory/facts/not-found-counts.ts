import type { SeriesSummary } from '../../../otel/query.ts';

/** Responses with status 404 or 410 of all these routes, exact. */
export function notFoundIn(routes: readonly SeriesSummary[]): number {
  return routes
    .flatMap(({ statuses = [] }) => statuses)
    .reduce((sum, { status, count }) => (status === 404 || status === 410 ? sum + count : sum), 0);
}
