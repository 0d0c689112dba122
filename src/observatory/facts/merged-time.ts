import type { Stall } from '../../../otel/query.ts';
import { type FlameGraph, mergedFlameGraph } from '../trace/flame-frames.ts';
import { selfTimeTree } from '../trace/span-tree.ts';
import { raisedOf } from './lost-traces.ts';
import { loopWaits, waitsWithin } from './loop-waits.ts';
import type { DrawnTraces } from './drawn-traces.ts';
import { drawnFrom } from './sampled-values.ts';
import { type TimePart, timeParts } from './time-parts.ts';

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
}

/** Merges the traces of both sides: slow and failed ones weigh 1, and ordinary ones as many as they stand for, also for lost ones. */
export function mergedTime(
  { marked, rest, unitOf, raised }: Pick<DrawnTraces, 'marked' | 'rest' | 'unitOf' | 'raised'>,
  stalls: readonly Stall[] = [],
): MergedTime {
  const read = [marked, rest].flatMap((side) =>
    side.traces.map((trace) => {
      const unit = unitOf(trace);
      const raise = side === rest && unit !== undefined ? raisedOf(trace, unit, raised) : 1;
      return { trace, unit, each: drawnFrom(side) * raise, weight: unit?.weight };
    }),
  );
  const isWeighted = read.some(({ weight }) => weight !== undefined);
  const used = read.flatMap(({ trace, unit, each, weight = isWeighted ? 0 : 1 }) =>
    weight === 0 ? [] : [{ trace, unit, weight: weight * each }],
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
  return {
    traces: used.length,
    kept: marked.kept + rest.kept,
    unweighted: read.length - used.length,
    isWeighted,
    graph,
    parts: timeParts(weighed, (trace) => waitsWithin(trace, waitsOf)),
  };
}
