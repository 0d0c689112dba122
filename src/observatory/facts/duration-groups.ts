import type { HeatMap, OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Operations of about one duration. */
export interface DurationGroup {
  readonly count: number;
  readonly medianMillis: number;
}

/** Durations that come in two groups with little between. */
export interface DurationGroups {
  readonly fast: DurationGroup;
  readonly slow: DurationGroup;
  /** Where one ends and the other begins. */
  readonly betweenMillis: number;
}

/** Two buckets of a sketch, 4 %. */
const BUCKETS_PER_BAND = 2;
/** Bands that are looked at together, a quarter of the shortest of their durations. */
const WINDOW = 6;
/** Fewer in a group are outliers. */
const MIN_COUNT = 20;
const MIN_SHARE = 0.05;
/** Of the lower of both humps, at most so much is between them. */
const MAX_BETWEEN = 1 / 3;
/** The lower hump is above that by so many standard deviations of what chance makes of such counts. */
const SURE = 4;
/** Groups that are nearer than that are one with a dent. */
const MIN_RATIO = 2;

/** All operations of a series, counted. */
export function durationGroupsOf(
  telemetry: Pick<TelemetryQuery, 'heatMap'>,
  type: OperationType,
  series: string,
  range: TimeRange,
): DurationGroups | undefined {
  const options = { series, maxColumns: 1, bucketsPerBand: BUCKETS_PER_BAND };
  return durationGroups(telemetry.heatMap(type, range, options));
}

/** Undefined if durations have one hump, or a second one that chance may have made. */
export function durationGroups({ bandEdgesMillis: edges, columns }: HeatMap): DurationGroups | undefined {
  const bands = Math.max(0, edges.length - 1);
  const counts = Array.from({ length: bands }, (_, band) =>
    columns.reduce((sum, column) => sum + (column.counts[band] ?? 0), 0),
  );
  const windows = counts.map((_, band) =>
    counts.slice(band, band + WINDOW).reduce((sum, count) => sum + count, 0),
  );
  const between = valleyOf(windows);
  if (between === undefined) return undefined;
  const edge = Math.min(bands, between + WINDOW / 2);
  const [fast, slow] = [groupOf(edges, counts, 0, edge), groupOf(edges, counts, edge, bands)];
  const least = Math.max(MIN_COUNT, MIN_SHARE * (fast.count + slow.count));
  if (Math.min(fast.count, slow.count) < least) return undefined;
  if (slow.medianMillis < MIN_RATIO * fast.medianMillis) return undefined;
  return { fast, slow, betweenMillis: edges[edge]! };
}

/** The window with least in it, compared with the lower of the highest ones on both sides; of several in a row the middle one. */
function valleyOf(windows: readonly number[]): number | undefined {
  let best: { readonly depth: number; readonly from: number; to: number } | undefined;
  const highestFrom = fromTheRight(windows);
  let highestBefore = 0;
  for (let at = WINDOW; at + WINDOW < windows.length; at++) {
    highestBefore = Math.max(highestBefore, windows[at - WINDOW]!);
    const lower = Math.min(highestBefore, highestFrom[at + WINDOW]!);
    const here = windows[at]!;
    if (here > MAX_BETWEEN * lower || lower - here < SURE * Math.sqrt(lower + here)) continue;
    const depth = here / lower;
    if (best === undefined || depth < best.depth) best = { depth, from: at, to: at };
    else if (depth === best.depth && at === best.to + 1) best.to = at;
  }
  return best && Math.round((best.from + best.to) / 2);
}

function fromTheRight(windows: readonly number[]): readonly number[] {
  const highest = [...windows];
  for (let at = highest.length - 2; at >= 0; at--) highest[at] = Math.max(highest[at]!, highest[at + 1]!);
  return highest;
}

function groupOf(
  edges: readonly number[],
  counts: readonly number[],
  from: number,
  to: number,
): DurationGroup {
  const count = counts.slice(from, to).reduce((sum, each) => sum + each, 0);
  let rest = count / 2;
  for (let band = from; band < to; band++) {
    const here = counts[band]!;
    if (here > 0 && rest <= here) {
      const [low, high] = [edges[band]!, edges[band + 1]!];
      return { count, medianMillis: low * (high / low) ** (rest / here) };
    }
    rest -= here;
  }
  return { count, medianMillis: NaN };
}
