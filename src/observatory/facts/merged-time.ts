import type { SampledSide, SeriesSummary, Stall } from '../../../otel/query.ts';
import { type FlameGraph, mergedFlameGraph } from '../trace/flame-frames.ts';
import { selfTimeTree } from '../trace/span-tree.ts';
import type { AdjustedCounts } from './adjusted-counts.ts';
import { raisedOf } from './lost-traces.ts';
import { loopWaits, waitsWithin } from './loop-waits.ts';
import type { DrawnTraces } from './drawn-traces.ts';
import { drawnFrom } from './sampled-values.ts';
import { type TimePart, timeParts, type WaitsOf, type WeighedTrace } from './time-parts.ts';

/** Traces from which the quietest ones are told, and which share these are. */
const ENOUGH = 20;
const QUIETEST = 0.1;
const MOST = 0.5;

/** Where the time of a route goes, per request: the mean over its kept traces, each counted by its weight. */
export interface MergedTime {
  readonly traces: number;
  readonly kept: number;
  /** Read, but left out, because their weight is unknown. */
  readonly unweighted: number;
  /** False if no weight is known, so that each trace counts once. */
  readonly isWeighted: boolean;
  readonly graph: FlameGraph;
  /** They add up to the time of a request. */
  readonly parts: readonly TimePart[];
  /** Typical of the tenth with which the event loop slept for the largest share, if that is most of its time. */
  readonly quiet?: { readonly sleptMillis: number; readonly wholeMillis: number } | undefined;
  /** The mean time of a request by these traces; NaN without any. */
  readonly meanMillis: number;
  /** The mean of all requests, if graph and parts are scaled to it. */
  readonly countedMeanMillis?: number;
}

/**
 * Merges the traces of both sides: slow and failed ones weigh 1, and ordinary ones as many as they stand for, also for lost ones.
 *
 * @param counts How many requests each side has: by chance its traces stand for more or fewer. Undefined if that is not known.
 */
export function mergedTime(
  { marked, rest, unitOf, raised }: Pick<DrawnTraces, 'marked' | 'rest' | 'unitOf' | 'raised'>,
  stalls: readonly Stall[] = [],
  counts?: Pick<AdjustedCounts, 'marked' | 'rest'>,
): MergedTime {
  const read = [marked, rest].flatMap((side) =>
    side.traces.map((trace) => {
      const unit = unitOf(trace);
      const raise = side === rest && unit !== undefined ? raisedOf(trace, unit, raised) : 1;
      return { side, trace, unit, each: drawnFrom(side) * raise, weight: unit?.weight };
    }),
  );
  const isWeighted = read.some(({ weight }) => weight !== undefined);
  const used = adjusted(
    read.flatMap(({ side, trace, unit, each, weight = isWeighted ? 0 : 1 }) =>
      weight === 0 ? [] : [{ side, trace, unit, weight: weight * each }],
    ),
    isWeighted && counts !== undefined
      ? new Map([
          [marked, counts.marked],
          [rest, counts.rest],
        ])
      : new Map(),
  );
  const standFor = used.reduce((sum, { weight }) => sum + weight, 0);
  const waitsOf = loopWaits(stalls);
  const weighed = used.map(({ trace, unit, weight }) => ({
    trace,
    traceId: trace.traceId,
    unit,
    weight: weight / standFor,
    nodes: selfTimeTree(trace.spans),
  }));
  const graph = mergedFlameGraph(weighed);
  const waits: WaitsOf = (trace) => waitsWithin(trace, waitsOf);
  const parts = timeParts(weighed, waits);
  return {
    traces: used.length,
    kept: marked.kept + rest.kept,
    unweighted: read.length - used.length,
    isWeighted,
    graph,
    parts,
    quiet: parts.some(isAsleep) ? quietTime(weighed, waits) : undefined,
    meanMillis: used.length === 0 ? NaN : sumOf(parts),
  };
}

const isAsleep = ({ kind }: TimePart): boolean => kind === 'asleep';

function sumOf(parts: readonly TimePart[]): number {
  return parts.reduce((sum, { millis }) => sum + millis, 0);
}

/** A loop that works for others does not sleep while a request waits: how long it waits is told by those with which least else ran. */
function quietTime(weighed: readonly WeighedTrace[], waits: WaitsOf): MergedTime['quiet'] {
  if (weighed.length < ENOUGH) return undefined;
  const times = weighed
    .map((each) => {
      const parts = timeParts([{ ...each, weight: 1 }], waits);
      return { sleptMillis: sumOf(parts.filter(isAsleep)), wholeMillis: sumOf(parts) };
    })
    .toSorted((a, b) => b.sleptMillis / b.wholeMillis - a.sleptMillis / a.wholeMillis)
    .slice(0, Math.ceil(weighed.length * QUIETEST));
  // Not the mean: on a busy machine, some sleep for longer than they asked.
  const middle = times.toSorted((a, b) => a.sleptMillis - b.sleptMillis)[times.length >> 1];
  return middle !== undefined && middle.sleptMillis > MOST * middle.wholeMillis ? middle : undefined;
}

/** With weights that add up to what each side counts. */
function adjusted<Each extends { readonly side: SampledSide; readonly weight: number }>(
  used: readonly Each[],
  counts: ReadonlyMap<SampledSide, number>,
): readonly Each[] {
  const sums = new Map<SampledSide, number>();
  for (const { side, weight } of used) sums.set(side, (sums.get(side) ?? 0) + weight);
  const scaleOf = (side: SampledSide): number => {
    const [count = 0, sum = 0] = [counts.get(side), sums.get(side)];
    return count > 0 && sum > 0 ? count / sum : 1;
  };
  return used.map((each) => ({ ...each, weight: each.weight * scaleOf(each.side) }));
}

/**
 * Kept traces tell the shares. Weighted by how many requests they stand for, they have the mean of all requests only but for chance, and none of what
 * is lost: graph and parts are scaled to that mean, which is counted.
 */
export function ofCountedMean(
  time: MergedTime,
  { count, durationMillis: { avg } }: Pick<SeriesSummary, 'count' | 'durationMillis'>,
): MergedTime {
  const { graph, parts, meanMillis } = time;
  if (!(meanMillis > 0) || count === 0) return time;
  const scale = avg / meanMillis;
  return {
    ...time,
    countedMeanMillis: avg,
    parts: parts.map((part) => ({ ...part, millis: part.millis * scale })),
    graph: {
      totalMillis: graph.totalMillis * scale,
      frames: graph.frames.map(({ selfMillis, totalMillis, offsetMillis, ...frame }) => ({
        ...frame,
        selfMillis: selfMillis * scale,
        totalMillis: totalMillis * scale,
        offsetMillis: offsetMillis * scale,
      })),
    },
  };
}
