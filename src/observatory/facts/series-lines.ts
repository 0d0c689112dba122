import type { OperationType, SeriesSummary, TelemetryQuery, TimelinePoint } from '../../../otel/query.ts';
import { elapsedSeconds, type ChosenRange } from './time-range.ts';

/** Limit of rows with a sparkline; each needs a query. */
const MAX_COURSES = 60;
const COURSE_POINTS = 30;

/** A series with its values over time and its share of its type's time. */
export interface SeriesLine extends SeriesSummary {
  readonly perSecond: number;
  /** Share of the total time of its type, 0–1: rate times mean duration. */
  readonly timeShare: number;
  readonly course: readonly number[];
  /** Of its total time, at least so long waiting for the event loop; undefined if nobody asked. */
  readonly waitedMillis?: number;
}

/** Count per second in each bucket, for a sparkline. */
export function courseOf(points: readonly TimelinePoint[]): readonly number[] {
  return points.filter((point) => !point.partial).map((point) => (point.count * 1000) / point.widthMillis);
}

export function secondsOf(telemetry: TelemetryQuery, range: ChosenRange, now: number): number {
  return elapsedSeconds(range, now, telemetry.countedFromMillis());
}

/** Every series of a type in the range with its share of time; the first `courses` of them with values over time. */
export function seriesLines(
  telemetry: TelemetryQuery,
  type: OperationType,
  range: ChosenRange,
  seconds: number,
  courses = MAX_COURSES,
): readonly SeriesLine[] {
  const rows = telemetry.series(type, range);
  const total = rows.reduce((sum, row) => sum + row.totalMillis, 0);
  return rows.map((row: SeriesSummary, index): SeriesLine => ({
    ...row,
    perSecond: row.count / seconds,
    timeShare: total > 0 ? row.totalMillis / total : 0,
    course:
      index < courses
        ? courseOf(telemetry.timeline(type, range.known, { series: row.name, maxPoints: COURSE_POINTS }))
        : [],
  }));
}
