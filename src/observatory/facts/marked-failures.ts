import type { HeatMap, OperationRow, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Failed requests with a mark of their own on a heat map. */
export interface MarkedFailures {
  /** Held in the range. */
  readonly total: number;
  /** The newest of each column: all would cover each other, and the newest alone would look as if the failures had only begun. */
  readonly rows: readonly OperationRow[];
}

/** Reads a row for each column, however many failures are held. */
export function markedFailures(
  telemetry: Pick<TelemetryQuery, 'failures'>,
  range: TimeRange,
  { columns }: HeatMap,
): MarkedFailures {
  const newestSince = columns.map(({ startMillis }) => startMillis);
  return telemetry.failures({ range, type: 'http', newestSince, limit: columns.length });
}
