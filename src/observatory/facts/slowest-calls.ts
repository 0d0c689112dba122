import type { OperationType, ShownAddress, SpanRow, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { shareBelow } from '../trace/standings.ts';
import { shownName } from '../format/shown-name.ts';

/** Limit of traces that are read. */
const MAX_TRACES = 60;
const MAX_ROWS = 15;

/** One call of an operation, with its trace. */
export interface Call extends ShownAddress {
  readonly type: OperationType;
  readonly traceId: string;
  readonly spanId: string;
  /** Name of its trace. */
  readonly within: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  /** Share of the calls in the range that were shorter, 0–1. */
  readonly percentile: number | undefined;
  readonly status: SpanRow['status'];
  /** Rows of a statement. */
  readonly text: string | undefined;
}

export interface SlowestCalls {
  readonly rows: readonly Call[];
  /** Kept traces that were read, of all with such a call. */
  readonly looked: number;
  readonly total: number;
}

/** The slowest kept calls of a series, from its slowest traces; a call above its threshold is always included. */
export function slowestCalls(
  telemetry: TelemetryQuery,
  type: OperationType,
  series: string,
  range: TimeRange,
): SlowestCalls {
  const { rows, total } = telemetry.traces({ range, series, sort: 'slowest', limit: MAX_TRACES });
  const traceIds = new Set([
    ...telemetry.slow({ range, type, series, limit: MAX_ROWS }).rows.map((row) => row.traceId),
    ...rows.map((row) => row.traceId),
  ]);
  const calls: Call[] = [];
  const map = telemetry.heatMap(type, range, { series, maxColumns: 1, bucketsPerBand: 1 });
  for (const traceId of traceIds) {
    const trace = telemetry.trace(traceId);
    if (!('spans' in trace)) continue;
    for (const span of trace.spans)
      if (span.type === type && span.series === series)
        calls.push({
          traceId,
          spanId: span.spanId,
          type,
          path: trace.path,
          query: trace.query,
          httpStatusCode: trace.httpStatusCode,
          within: shownName(trace),
          startMillis: span.startMillis,
          durationMillis: span.durationMillis,
          percentile: shareBelow(map, span.durationMillis),
          status: span.status,
          text: textOf(span),
        });
  }
  calls.sort((a, b) => b.durationMillis - a.durationMillis);
  return { rows: calls.slice(0, MAX_ROWS), looked: Math.min(traceIds.size, total), total };
}

function textOf({ attributes }: SpanRow): string | undefined {
  const value = attributes['db.query.text'];
  return typeof value === 'string' ? value : undefined;
}
