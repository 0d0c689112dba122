import type { SpanRow, TelemetryQuery, TraceDetail } from '../../../otel/query.ts';

/** What first ran with a version of the service. */
export interface BegunSeries {
  readonly version: string;
  /** Start of the first process of this version. */
  readonly atMillis: number;
  /** Type and series. */
  readonly series: readonly string[];
}

/** Time before the start of a version whose counts may be in one bucket with those after it: at most that is left out. */
const MAX_BUCKET_MILLIS = 60_000;

export const kindOf = ({ type, series }: Pick<SpanRow, 'type' | 'series'>): string => `${type} ${series}`;

/** Series of a trace that were never counted before its version started; undefined if no other version is known before it, or its counts are not. */
export function begunSeries(
  telemetry: Pick<TelemetryQuery, 'markers' | 'series' | 'coverage'>,
  { spans, startMillis }: Pick<TraceDetail, 'spans' | 'startMillis'>,
): BegunSeries | undefined {
  const start = telemetry
    .markers({ fromMillis: 0, toMillis: startMillis })
    .findLast(({ versions }) => versions !== undefined);
  if (start?.versions === undefined) return undefined;
  const { atMillis } = start;
  const before = wholeBefore(telemetry, atMillis);
  if (before === undefined) return undefined;
  const known = [...new Set(spans.map(({ type }) => type))].flatMap((type) =>
    telemetry
      .series(type, before)
      .map(({ name, count }) => (count > 0 ? kindOf({ type, series: name }) : '')),
  );
  if (known.length === 0) return undefined;
  const series = [...new Set(spans.map(kindOf))].filter((kind) => !known.includes(kind));
  return { version: start.versions.after, atMillis, series };
}

/** All time before, in buckets that end before; undefined if they are too wide. */
function wholeBefore(telemetry: Pick<TelemetryQuery, 'coverage'>, atMillis: number) {
  for (let back = 1; back <= MAX_BUCKET_MILLIS; back *= 2) {
    const range = { fromMillis: 0, toMillis: atMillis - back };
    if (telemetry.coverage(range).toMillis <= atMillis) return range;
  }
  return undefined;
}
