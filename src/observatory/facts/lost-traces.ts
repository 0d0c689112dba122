import type {
  SampledSide,
  SampledSpan,
  SampledTrace,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { type HeldAsked, heldRequests } from './held-requests.ts';
import { drawnFrom, type UnitOf } from './sampled-values.ts';

type Drawn = Readonly<Record<'marked' | 'rest', SampledSide>>;

/**
 * Whether ordinary traces may be missing that were chosen to be kept: memory dropped them before they were written, as under more requests than
 * the file takes. Without rules nothing else can be missing, so that holds for earlier processes, too. If every request that was kept in the range is
 * held, none is: raised then, weights that are low by chance would be corrected, and those that are high would not.
 */
export function mayHaveLost(
  telemetry: HeldAsked & Pick<TelemetryQuery, 'history' | 'sampling'>,
  range: TimeRange,
): boolean {
  if (heldRequests(telemetry, range)?.gone === 0) return false;
  const { ruleTexts = [] } = telemetry.sampling();
  return ruleTexts.length === 0 || (telemetry.history()?.traces.ordinary.unsaved ?? 0) > 0;
}

/** By how much the weights of ordinary traces of the rest are raised, by series of the compared operation; others are not. */
export type Raised = ReadonlyMap<string, number>;

/** Memory drops ordinary traces first, so others are not missing. */
const MUST_KEEP: ReadonlySet<SampledSpan['keepReason']> = new Set(['error', 'slow', 'late', 'policy']);

function isOrdinary({ spans }: SampledTrace): boolean {
  return !spans.some(({ keepReason }) => MUST_KEEP.has(keepReason));
}

/** For a trace of the rest. */
export function raisedOf(trace: SampledTrace, { series }: SampledSpan, raised: Raised): number {
  return raised.size > 0 && isOrdinary(trace) ? (raised.get(series) ?? 1) : 1;
}

/**
 * Raises the weights of ordinary traces so that, with all others, they add up to the counted operations; those that do but for chance are not raised.
 * A trace of the rest that is kept always, as one with a slow statement, stands for itself: raised like the others, what it has would be claimed of those
 * that are missing.
 * @param counts Counted operations by series.
 */
export function raisedWeights(
  { marked, rest }: Drawn,
  counts: ReadonlyMap<string, number>,
  unitOf: UnitOf,
): Raised {
  const known = sumsOf(marked, unitOf, () => true);
  const others = sumsOf(rest, unitOf, (trace) => !isOrdinary(trace));
  const raised = new Map<string, number>();
  for (const [series, { sum, variance }] of sumsOf(rest, unitOf, isOrdinary)) {
    const due = (counts.get(series) ?? 0) - (known.get(series)?.sum ?? 0) - (others.get(series)?.sum ?? 0);
    if (due > sum + 2 * Math.sqrt(variance)) raised.set(series, due / sum);
  }
  return raised;
}

function sumsOf(
  side: SampledSide,
  unitOf: UnitOf,
  isCounted: (trace: SampledTrace) => boolean,
): ReadonlyMap<string, { readonly sum: number; readonly variance: number }> {
  const each = drawnFrom(side);
  const sums = new Map<string, { sum: number; variance: number }>();
  for (const trace of side.traces) {
    const unit = unitOf(trace);
    if (unit?.weight === undefined || !isCounted(trace)) continue;
    const weight = unit.weight * each;
    const sum = sums.get(unit.series) ?? { sum: 0, variance: 0 };
    sum.sum += weight;
    sum.variance += weight * (weight - 1);
    sums.set(unit.series, sum);
  }
  return sums;
}
