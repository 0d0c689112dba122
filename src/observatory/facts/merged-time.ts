import type { OperationType } from '../../../otel/query.ts';
import { type FlameGraph, mergedFlameGraph } from '../trace/flame-frames.ts';
import { selfTimeTree } from '../trace/span-tree.ts';
import { raisedOf } from './lost-traces.ts';
import type { DrawnTraces } from './drawn-traces.ts';
import { drawnFrom } from './sampled-values.ts';

/** Self time of one operation per request of the route. */
export interface OperationTime {
  readonly series: string;
  readonly type: OperationType;
  readonly name: string;
  /** Runs per request. */
  readonly count: number;
  readonly selfMillis: number;
  /** Of the self time of all, 0–1. */
  readonly share: number;
}

/** Where the time of a route goes, per request: the mean over its kept traces, each counted by its weight. */
export interface MergedTime {
  readonly traces: number;
  readonly kept: number;
  /** Read, but left out, because their weight is unknown. */
  readonly unweighted: number;
  /** False if no weight is known, so that each trace counts once. */
  readonly isWeighted: boolean;
  readonly graph: FlameGraph;
  /** Most self time first. */
  readonly operations: readonly OperationTime[];
}

/** Merges the traces of both sides: slow and failed ones weigh 1, and ordinary ones as many as they stand for, also for lost ones. */
export function mergedTime({
  marked,
  rest,
  unitOf,
  raised,
}: Pick<DrawnTraces, 'marked' | 'rest' | 'unitOf' | 'raised'>): MergedTime {
  const read = [marked, rest].flatMap((side) =>
    side.traces.map((trace) => {
      const unit = unitOf(trace);
      const raise = side === rest && unit !== undefined ? raisedOf(trace, unit, raised) : 1;
      return { trace, each: drawnFrom(side) * raise, weight: unit?.weight };
    }),
  );
  const isWeighted = read.some(({ weight }) => weight !== undefined);
  const used = read.flatMap(({ trace, each, weight = isWeighted ? 0 : 1 }) =>
    weight === 0 ? [] : [{ trace, weight: weight * each }],
  );
  const standFor = used.reduce((sum, { weight }) => sum + weight, 0);
  const graph = mergedFlameGraph(
    used.map(({ trace: { traceId, spans }, weight }) => {
      return { traceId, weight: weight / standFor, nodes: selfTimeTree(spans) };
    }),
  );
  return {
    traces: used.length,
    kept: marked.kept + rest.kept,
    unweighted: read.length - used.length,
    isWeighted,
    graph,
    operations: operationsOf(graph),
  };
}

/** The frames of one operation together, whatever called it. */
function operationsOf({ frames, totalMillis }: FlameGraph): readonly OperationTime[] {
  return [...Map.groupBy(frames, ({ type, series }) => `${type} ${series}`).values()]
    .map((alike): OperationTime => {
      const { series, type, name } = alike[0]!;
      const selfMillis = alike.reduce((sum, frame) => sum + frame.selfMillis, 0);
      const count = alike.reduce((sum, frame) => sum + frame.count, 0);
      return { series, type, name, count, selfMillis, share: totalMillis > 0 ? selfMillis / totalMillis : 0 };
    })
    .toSorted((a, b) => b.selfMillis - a.selfMillis);
}
