import type { OperationType, TelemetryQuery } from '../query.ts';

/** The exact side of the store: what was counted of 100 % of operations. Implemented by the RED aggregator. */
export type AggregateReader = Pick<
  TelemetryQuery,
  'operations' | 'timeline' | 'heatMap' | 'series' | 'exported'
> & {
  /** Where the counts of earlier processes begin; undefined without any. */
  readonly restoredFromMillis: number | undefined;
  /** Share of a series' durations that are shorter, 0–1; undefined when the series is gone. */
  percentileOf(type: OperationType, series: string, durationMillis: number): number | undefined;
};
