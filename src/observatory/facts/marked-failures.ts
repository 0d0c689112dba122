import type { HeatMap, OperationRow, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Failures that are looked at. */
const MAX_FAILED = 500;

/** Failed requests with a mark of their own on a heat map. */
export interface MarkedFailures {
  /** Held in the range. */
  readonly total: number;
  /** The oldest that was looked at, if not all were. */
  readonly sinceMillis: number | undefined;
  /** The newest of each column: all would cover each other, and the newest alone would look as if the failures had only begun. */
  readonly rows: readonly OperationRow[];
}

export function markedFailures(
  telemetry: Pick<TelemetryQuery, 'failures'>,
  range: TimeRange,
  { columns }: HeatMap,
): MarkedFailures {
  const { rows, total } = telemetry.failures({ range, type: 'http', limit: MAX_FAILED });
  const columnOf = ({ startMillis }: OperationRow): number =>
    columns.findLastIndex((column) => column.startMillis <= startMillis);
  return {
    total,
    sinceMillis: rows.length < total ? rows.at(-1)?.startMillis : undefined,
    rows: [...Map.groupBy(rows, columnOf).values()].flatMap((group) => group.slice(0, 1)),
  };
}
