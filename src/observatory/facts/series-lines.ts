import type { OperationType, SeriesSummary, TelemetryQuery, TimelinePoint } from '../../../otel/query.ts';
import { elapsedSeconds, type ChosenRange } from './time-range.ts';

/** Limit of rows with a sparkline; each needs a query. */
export const MAX_COURSES = 60;
const COURSE_POINTS = 30;

/** A series with its values over time and its share of its type's time. */
export interface SeriesLine extends SeriesSummary {
  readonly perSecond: number;
  /** Share of the total time of its type, 0–1: rate times mean duration. */
  readonly timeShare: number;
  readonly course: readonly number[];
  /** Of its total time, so long waiting for the event loop, of the requests that stalls list; undefined if nobody asked. */
  readonly waitedMillis?: number;
  /** True if that is an upper bound. */
  readonly waitedAtMost?: boolean;
}

interface SeriesLineOptions {
  readonly courses?: number;
  /** Default: the most time first. */
  readonly ordered?: (lines: readonly SeriesLine[]) => readonly SeriesLine[];
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
  { courses = MAX_COURSES, ordered = (rows) => rows }: SeriesLineOptions = {},
): readonly SeriesLine[] {
  const rows = telemetry.series(type, range);
  const total = rows.reduce((sum, row) => sum + row.totalMillis, 0);
  const lines = rows.map((row): SeriesLine => ({
    ...row,
    perSecond: row.count / seconds,
    timeShare: total > 0 ? row.totalMillis / total : 0,
    course: [],
  }));
  const course = (series: string): readonly number[] =>
    courseOf(telemetry.timeline(type, range.known, { series, maxPoints: COURSE_POINTS }));
  return ordered(lines).map((line, index) =>
    index < courses ? { ...line, course: course(line.name) } : line,
  );
}
