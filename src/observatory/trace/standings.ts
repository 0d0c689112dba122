import type { HeatMap, SpanRow, TelemetryQuery, TimeRange, TraceDetail } from '../../../otel/query.ts';
import { kindOf } from './begun-series.ts';

/** Kinds of spans that are compared; further ones take the least time. */
const MAX_KINDS = 40;
const HALF_AN_HOUR_MILLIS = 1_800_000;

/** The time with whose operations a trace is compared. */
export interface ComparedTime {
  readonly range: TimeRange;
  /** True if the page's range does not have the trace. */
  readonly isAround: boolean;
}

/** The page's range, or the hour around a trace that is not in it. */
export function comparedTime(
  telemetry: Pick<TelemetryQuery, 'coverage'>,
  { startMillis, durationMillis }: Pick<TraceDetail, 'startMillis' | 'durationMillis'>,
  asked: TimeRange,
): ComparedTime {
  const endMillis = startMillis + durationMillis;
  const isAround = endMillis < asked.fromMillis || endMillis >= asked.toMillis;
  const around = { fromMillis: endMillis - HALF_AN_HOUR_MILLIS, toMillis: endMillis + HALF_AN_HOUR_MILLIS };
  const { fromMillis, toMillis } = isAround ? telemetry.coverage(around) : asked;
  return { range: { fromMillis, toMillis }, isAround };
}

/** Where the spans of a trace stand among others of their kind, all within one stretch of time: the figures that their own pages have of it. */
export interface Standings extends ComparedTime {
  /** Its spans with percentiles within `range`. */
  readonly trace: TraceDetail;
  /** By type and series. */
  readonly counts: Readonly<Record<string, number>>;
}

export function standingsOf(
  telemetry: Pick<TelemetryQuery, 'series' | 'heatMap' | 'coverage'>,
  trace: TraceDetail,
  asked: TimeRange,
): Standings {
  const { range, isAround } = comparedTime(telemetry, trace, asked);
  const types = new Set(trace.spans.map(({ type }) => type));
  const counts = new Map(
    [...types].flatMap((type) =>
      telemetry
        .series(type, range)
        .map(({ name, count }) => [kindOf({ type, series: name }), count] as const),
    ),
  );
  const kinds = mostTime(trace.spans).filter((kind) => counts.has(kind));
  const shares = new Map<string, (millis: number) => number | undefined>();
  for (const { type, series } of trace.spans) {
    const kind = kindOf({ type, series });
    if (shares.has(kind) || !kinds.includes(kind)) continue;
    const map = telemetry.heatMap(type, range, { series, maxColumns: 1, bucketsPerBand: 1 });
    shares.set(kind, (millis) => shareBelow(map, millis));
  }
  return {
    trace: {
      ...trace,
      spans: trace.spans.map((span) => ({
        ...span,
        percentile: shares.get(kindOf(span))?.(span.durationMillis),
      })),
    },
    range,
    isAround,
    counts: Object.fromEntries(kinds.map((kind) => [kind, counts.get(kind) ?? 0])),
  };
}

function mostTime(spans: readonly SpanRow[]): readonly string[] {
  const sums = new Map<string, number>();
  for (const span of spans) sums.set(kindOf(span), (sums.get(kindOf(span)) ?? 0) + span.durationMillis);
  return [...sums]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_KINDS)
    .map(([kind]) => kind);
}

/** 0–1, on a logarithmic line within a band; undefined without operations. */
export function shareBelow({ bandEdgesMillis: edges, columns }: HeatMap, millis: number): number | undefined {
  let [below, all] = [0, 0];
  for (const { counts } of columns)
    for (const [band, count] of counts.entries()) {
      const [low, high] = [edges[band]!, edges[band + 1]!];
      const part = Math.log(millis / low) / Math.log(high / low);
      all += count;
      below += count * Math.min(1, Math.max(0, part));
    }
  return all === 0 ? undefined : below / all;
}
