import type { SampledSide, TelemetryQuery } from '../../../otel/query.ts';
import { drawnFrom, type UnitOf } from './sampled-values.ts';

type Drawn = Readonly<Record<'marked' | 'rest', SampledSide>>;

/**
 * Whether ordinary traces may be missing that were chosen to be kept: memory dropped them before they were written, as under more requests than
 * the file takes. Without rules nothing else can be missing, so that holds for earlier processes, too.
 */
export function mayHaveLost(telemetry: Pick<TelemetryQuery, 'history' | 'sampling'>): boolean {
  const { ruleTexts = [] } = telemetry.sampling();
  return ruleTexts.length === 0 || (telemetry.history()?.traces.ordinary.unsaved ?? 0) > 0;
}

/**
 * By how much the weights of ordinary traces are raised, by series, so that they add up to the counted operations; 1 if they do but for chance.
 * @param counts Counted operations by series.
 */
export function raisedWeights(
  { marked, rest }: Drawn,
  counts: ReadonlyMap<string, number>,
  unitOf: UnitOf,
): ReadonlyMap<string, number> {
  const known = sumsOf(marked, unitOf);
  const raised = new Map<string, number>();
  for (const [series, { sum, variance }] of sumsOf(rest, unitOf)) {
    const due = (counts.get(series) ?? 0) - (known.get(series)?.sum ?? 0);
    if (due > sum + 2 * Math.sqrt(variance)) raised.set(series, due / sum);
  }
  return raised;
}

function sumsOf(
  side: SampledSide,
  unitOf: UnitOf,
): ReadonlyMap<string, { readonly sum: number; readonly variance: number }> {
  const each = drawnFrom(side);
  const sums = new Map<string, { sum: number; variance: number }>();
  for (const trace of side.traces) {
    const unit = unitOf(trace);
    if (unit?.weight === undefined) continue;
    const weight = unit.weight * each;
    const sum = sums.get(unit.series) ?? { sum: 0, variance: 0 };
    sum.sum += weight;
    sum.variance += weight * (weight - 1);
    sums.set(unit.series, sum);
  }
  return sums;
}
