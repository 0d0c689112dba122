import type { OperationType, TelemetryQuery } from '../../../otel/query.ts';

/** Failures of a range. */
export interface FailuresCounted {
  /** From exact counts. */
  readonly errors: Readonly<Record<OperationType, number>>;
  /** Held operations that failed in the trace of a failed request: at least so many of those that are no requests. */
  readonly inRequests: number;
}

export function errorsByType(
  operations: ReturnType<TelemetryQuery['operations']>,
): Readonly<Record<OperationType, number>> {
  const { http, database, render, other } = operations;
  return { http: http.errors, database: database.errors, render: render.errors, other: other.errors };
}

/** The number for the side menu: of requests, as on the overview; of other operations, if none of the requests failed. */
export function failuresFigure({ http, database, render, other }: FailuresCounted['errors']): number {
  return http > 0 ? http : database + render + other;
}
