import type { OperationType, TelemetryQuery } from '../query.ts';

/** The exact side of the store: counts of 100 % of operations. Implemented by the RED aggregator. */
export type AggregateReader = Pick<
  TelemetryQuery,
  'coverage' | 'operations' | 'timeline' | 'heatMap' | 'series' | 'requestLists' | 'errorLists' | 'notFound'
> & {
  /** Start of the counts of this and earlier processes. */
  readonly countedFromMillis: number;
  /** Share of a series' durations that are shorter, 0–1; undefined if the series is gone. */
  percentileOf(type: OperationType, series: string, durationMillis: number): number | undefined;
};
