import type {
  SeriesSummary,
  TelemetryQuery,
  TimeRange,
  TraceDetail,
  TraceFilter,
  TraceSummary,
} from '../../../otel/query.ts';
import { type ComparedTime, comparedTime } from './standings.ts';

/** Held traces looked at on each side of the median: failed ones, and those of which the operation is a part, are passed over. */
const MAX_BESIDE = 200;

/** The held trace that took about as long as half of all of its kind, and what makes it that. */
export interface TypicalTrace {
  readonly traceId: string;
  /** Undefined if none of its kind is counted and held in the time with which the other trace is compared: then it is the nearest of all times. */
  readonly median: CountedMedian | undefined;
}

/** Of all operations that were counted in a time, kept or not. */
export interface CountedMedian extends ComparedTime {
  readonly millis: number;
  readonly count: number;
}

/**
 * Of the held traces of the same kind within the time with which a trace is compared, the one nearest to the counted median of that time. Failed ones
 * are not typical, unless no other is held. Undefined if none is held.
 */
export function typicalTrace(
  telemetry: Pick<TelemetryQuery, 'traces' | 'series' | 'coverage'>,
  trace: Pick<TraceDetail, 'traceId' | 'type' | 'series' | 'startMillis' | 'durationMillis'>,
  asked: TimeRange,
): TypicalTrace | undefined {
  const time = comparedTime(telemetry, trace, asked);
  const countedIn = (range?: TimeRange): SeriesSummary | undefined =>
    telemetry.series(trace.type, range).find(({ name }) => name === trace.series);
  const counted = countedIn(time.range);
  if (counted !== undefined) {
    const { count, durationMillis } = counted;
    const traceId = nearestTo(telemetry, trace, durationMillis.p50, time.range);
    if (traceId !== undefined) return { traceId, median: { ...time, millis: durationMillis.p50, count } };
  }
  const traceId = nearestTo(telemetry, trace, countedIn()?.durationMillis.p50 ?? 0);
  return traceId === undefined ? undefined : { traceId, median: undefined };
}

/** Those next to the median on both sides, in the order of their durations. */
function nearestTo(
  telemetry: Pick<TelemetryQuery, 'traces'>,
  { traceId, type, series }: Pick<TraceDetail, 'traceId' | 'type' | 'series'>,
  millis: number,
  range?: TimeRange,
): string | undefined {
  const place = { durationMillis: millis, startMillis: 0, traceId: '' };
  const filter: TraceFilter = { type, series, sort: 'slowest', limit: MAX_BESIDE, ...(range && { range }) };
  const others = [{ above: place }, { below: place }]
    .flatMap((side) => telemetry.traces({ ...filter, ...side }).rows)
    .filter((row) => row.traceId !== traceId && row.type === type && row.series === series);
  const fine = others.filter(({ errorCount }) => errorCount === 0);
  const distance = (row: TraceSummary): number => Math.abs(row.durationMillis - millis);
  return (fine.length > 0 ? fine : others).toSorted((a, b) => distance(a) - distance(b))[0]?.traceId;
}
