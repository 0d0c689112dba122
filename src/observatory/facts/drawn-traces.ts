import type {
  SampledSide,
  SampledSpan,
  SampledTrace,
  SampleFilter,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import type { HeldAsked } from './held-requests.ts';
import { heldSinceMillis } from './held-since.ts';
import { finished } from './shared-steps.ts';
import { mayHaveLost, raisedWeights, type Raised } from './lost-traces.ts';
import type { UnitOf } from './sampled-values.ts';

/** Traces read of each side; the others are left out at random. */
const MAX_READ = 500;
export type Comparison = Omit<SampleFilter, 'limit'>;

export type DrawnFrom = HeldAsked & Pick<TelemetryQuery, 'sampleTraces' | 'sampling' | 'series'>;

/** Kept traces of both sides. */
export interface DrawnTraces {
  /** As far back as both sides are held, in whole buckets. */
  readonly range: TimeRange;
  /** The time from which they are, if that is after the start of the range asked for. */
  readonly sinceMillis: number | undefined;
  readonly marked: SampledSide;
  readonly rest: SampledSide;
  readonly unitOf: UnitOf;
  /** Counted operations. */
  readonly counted: number;
  readonly raised: Raised;
}

type Read = Omit<DrawnTraces, 'counted' | 'raised'>;

/** By range, which is that of one look at a page. */
const prepared = new WeakMap<TimeRange, { readonly asked: Comparison; readonly read: Read }>();

/** Reads at most 1,000 traces for a comparison of this range, a few in each step. */
export function* prepareDrawnTraces(
  telemetry: DrawnFrom,
  comparison: Comparison,
): Generator<undefined, void> {
  prepared.set(comparison.range, { asked: comparison, read: yield* readTraces(telemetry, comparison) });
}

function* readTraces(telemetry: DrawnFrom, comparison: Comparison): Generator<undefined, Read> {
  const { type, series, marked, slowMillis } = comparison;
  const sinceMillis = allHeldSinceMillis(telemetry, comparison.range);
  const from = Math.min(sinceMillis ?? comparison.range.fromMillis, comparison.range.toMillis);
  // Whole buckets, so that traces and counts cover the same time.
  const { fromMillis, toMillis } = telemetry.coverage({ ...comparison.range, fromMillis: from });
  const range = { fromMillis, toMillis };
  const sides = yield* telemetry.sampleTraces({ range, type, series, marked, slowMillis, limit: MAX_READ });
  return { ...sides, range, sinceMillis, unitOf: (trace) => unitIn(trace, comparison) };
}

/** What was read for this range, or is read now. */
export function drawTraces(telemetry: DrawnFrom, comparison: Comparison): DrawnTraces {
  const { type, series } = comparison;
  const drawn = preparedFor(comparison) ?? finished(readTraces(telemetry, comparison));
  const { range, unitOf } = drawn;
  const counts = new Map(
    telemetry
      .series(type, range)
      .filter(({ name }) => series === undefined || name === series)
      .map(({ name, count }) => [name, count]),
  );
  return {
    ...drawn,
    counted: [...counts.values()].reduce((sum, count) => sum + count, 0),
    raised: mayHaveLost(telemetry, range) ? raisedWeights(drawn, counts, unitOf) : NONE_RAISED,
  };
}

function preparedFor({ range, type, series, marked }: Comparison): Read | undefined {
  const { asked, read } = prepared.get(range) ?? {};
  return asked?.type === type && asked.series === series && asked.marked === marked ? read : undefined;
}

const NONE_RAISED: Raised = new Map();

/** Ordinary traces are removed earlier: a comparison with older failures would show what has changed since. */
function allHeldSinceMillis(telemetry: DrawnFrom, range: TimeRange): number | undefined {
  const since = (['mustKeep', 'ordinary'] as const).flatMap(
    (rank) => heldSinceMillis(telemetry, range, rank) ?? [],
  );
  return since.length === 0 ? undefined : Math.max(...since);
}

/** The operation that is compared: of several, the one that is kept most often. */
function unitIn({ spans }: SampledTrace, { type, series }: Comparison): SampledSpan | undefined {
  let unit: SampledSpan | undefined;
  for (const span of spans) {
    if (span.type !== type || (series !== undefined && span.series !== series)) continue;
    if (unit === undefined || (span.weight ?? Infinity) < (unit.weight ?? Infinity)) unit = span;
  }
  return unit;
}
