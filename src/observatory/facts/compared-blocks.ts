import type { SeriesSummary, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { lengthOf, silence } from './traffic.ts';

/** Blocks of time per side: at most so many, none of them shorter than a busy spell of the machine, as operations within one are alike. */
const MAX_BLOCKS = 24;
const MIN_BLOCK_MILLIS = 60_000;
/** With fewer routes that are asked often, nothing tells what they have in common. */
const MIN_ROUTES = 5;

/** A side, and which of its blocks of time are without traffic, so that nothing is told from them. */
export interface Blocks {
  readonly range: TimeRange;
  /** Starts. */
  readonly silent: ReadonlySet<number>;
  /** Of the others. */
  readonly busyMillis: number;
}

export const blockCount = (range: TimeRange): number =>
  Math.max(1, Math.min(MAX_BLOCKS, Math.round(lengthOf(range) / MIN_BLOCK_MILLIS)));

export function blocksOf(telemetry: Pick<TelemetryQuery, 'heatMap'>, range: TimeRange): Blocks {
  const { silent, busyMillis } = silence(telemetry, range, blockCount(range));
  return { range, silent, busyMillis };
}

type BothSides = readonly [ReadonlyMap<string, SeriesSummary>, ReadonlyMap<string, SeriesSummary>];

/** How much more often half of the routes are asked that were asked `atLeast` times on both sides: a busier hour is no difference of one of them. 1 if few routes tell. */
export function commonRate(
  [old, young]: BothSides,
  { before, after }: { readonly before: Blocks; readonly after: Blocks },
  atLeast: number,
): number {
  const ratios = [...young].flatMap(([name, { count }]) => {
    const was = old.get(name)?.count ?? 0;
    return Math.min(was, count) < atLeast ? [] : [count / was];
  });
  if (ratios.length < MIN_ROUTES) return 1;
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)]!;
  return (median * before.busyMillis) / Math.max(1, after.busyMillis);
}
