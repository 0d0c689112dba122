import type { OperationType, TelemetryQuery } from '../query.ts';

/** The exact side of the store: what was counted of 100 % of operations. Implemented by the RED aggregator. */
export type AggregateReader = Pick<
  TelemetryQuery,
  'coverage' | 'operations' | 'timeline' | 'heatMap' | 'series'
> & {
  /** Where the counts of this and of earlier processes begin. */
  readonly countedFromMillis: number;
  /** Share of a series' durations that are shorter, 0–1; undefined when the series is gone. */
  percentileOf(type: OperationType, series: string, durationMillis: number): number | undefined;
};
