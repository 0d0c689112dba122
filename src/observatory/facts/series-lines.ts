import type { OperationType, SeriesSummary, TelemetryQuery } from '../../../otel/query.ts';
import { courseOf, type SeriesLine } from '../draw/series-tables.ts';
import { elapsedSeconds, type ChosenRange } from './time-range.ts';

/** Courses are drawn for so many rows; each costs a question. */
const MAX_COURSES = 60;
const COURSE_POINTS = 30;

export function secondsOf(telemetry: TelemetryQuery, range: ChosenRange, now: number): number {
  return elapsedSeconds(range, now, telemetry.countedFromMillis());
}

/** Every series of a type in the range with its share of time; the first `courses` of them with their course. */
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
