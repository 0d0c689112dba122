import type { OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Of what is counted, only durations over time: their columns have counts without a summary of each. */
type Counts = Pick<TelemetryQuery, 'heatMap'>;

/** Cells of one look at a range. */
const CELLS = 96;
/** Each look is at three quarters of the previous range or less. */
const MAX_LOOKS = 6;
/** Less silence than this share of a range stays in it. */
const MIN_SILENCE = 0.25;
/** Share of all requests that may come long after the others, such as those of the reader who looks after them. */
const STRAGGLERS = 0.02;

export const lengthOf = ({ fromMillis, toMillis }: TimeRange): number => toMillis - fromMillis;

/** What arrives from outside: requests; in a program without them other operations. */
const ARRIVALS: readonly OperationType[] = ['http', 'other', 'database', 'render'];

interface Cell extends TimeRange {
  readonly count: number;
}

/** Cells of equal width, the first and the last cut at the ends of the range; none without traffic. */
function arrivals(telemetry: Counts, range: TimeRange, maxColumns: number): readonly Cell[] {
  for (const type of ARRIVALS) {
    const { columns } = telemetry.heatMap(type, range, { maxColumns, bucketsPerBand: ALL_BUCKETS });
    if (columns.length > 0)
      return columns.map(({ startMillis, widthMillis, counts }) => ({
        fromMillis: startMillis,
        toMillis: startMillis + widthMillis,
        count: counts.reduce((sum, each) => sum + each, 0),
      }));
  }
  return [];
}

/** One band for all durations. */
const ALL_BUCKETS = 1e6;

/** Number of requests. */
export function requestsIn(telemetry: Counts, range: TimeRange): number {
  return arrivals(telemetry, range, 1).reduce((sum, { count }) => sum + count, 0);
}

/**
 * The part of a range with its traffic: without the silence at its ends, if that is a quarter of it or more, and without a few stragglers at its far
 * end. Undefined without any.
 */
export function withTraffic(
  telemetry: Counts,
  range: TimeRange,
  far: 'start' | 'end',
): TimeRange | undefined {
  let part = range;
  for (let look = 0; look < MAX_LOOKS; look++) {
    const cut = cutOnce(telemetry, part, far);
    if (cut === undefined) return undefined;
    if (cut === part) break;
    part = cut;
  }
  return part === range ? part : nearCut(telemetry, part, far);
}

/** Without the rest of the cell at its near end. */
function nearCut(telemetry: Counts, part: TimeRange, far: 'start' | 'end'): TimeRange {
  const cell = (lengthOf(part) * 2) / CELLS;
  const edge =
    far === 'end'
      ? { ...part, toMillis: Math.min(part.toMillis, part.fromMillis + cell) }
      : { ...part, fromMillis: Math.max(part.fromMillis, part.toMillis - cell) };
  const busy = arrivals(telemetry, edge, CELLS).filter(({ count }) => count > 0);
  const [first, last] = [busy[0], busy.at(-1)];
  if (first === undefined || last === undefined) return part;
  return far === 'end'
    ? { ...part, fromMillis: Math.max(part.fromMillis, first.fromMillis) }
    : { ...part, toMillis: Math.min(part.toMillis, last.toMillis) };
}

/** Undefined without traffic; the same range if little of it is silent. */
function cutOnce(telemetry: Counts, part: TimeRange, far: 'start' | 'end'): TimeRange | undefined {
  const cells = arrivals(telemetry, part, CELLS).filter(({ count }) => count > 0);
  const outwards = far === 'end' ? cells : cells.toReversed();
  const wanted = cells.reduce((sum, { count }) => sum + count, 0) * (1 - STRAGGLERS);
  let seen = 0;
  let index = outwards.findIndex(({ count }) => (seen += count) >= wanted);
  // What follows without a pause is no straggler.
  while (index >= 0 && isNext(outwards[index], outwards[index + 1])) index++;
  const [near, last, furthest] = [outwards[0], outwards[index], outwards.at(-1)];
  if (near === undefined || last === undefined || furthest === undefined) return undefined;
  const upTo = (end: TimeRange): TimeRange => ({
    fromMillis: Math.min(near.fromMillis, end.fromMillis),
    toMillis: Math.max(near.toMillis, end.toMillis),
  });
  const [dense, all] = [upTo(last), upTo(furthest)];
  if (!isMuchShorter(dense, part)) return part;
  return isMuchShorter(dense, all) ? dense : all;
}

function isNext(one: TimeRange | undefined, other: TimeRange | undefined): boolean {
  return one !== undefined && (one.toMillis === other?.fromMillis || one.fromMillis === other?.toMillis);
}

function isMuchShorter(part: TimeRange, whole: TimeRange): boolean {
  return lengthOf(part) <= lengthOf(whole) * (1 - MIN_SILENCE);
}

/** Cells of a chart, by their starts, in which nothing arrived for a quarter of the range or longer at a stretch; and the time of all others. */
export function silence(
  telemetry: Counts,
  range: TimeRange,
  maxPoints: number,
): { readonly silent: ReadonlySet<number>; readonly busyMillis: number } {
  const cells = arrivals(telemetry, range, maxPoints);
  const silent = new Map<number, number>();
  let run: Cell[] = [];
  for (const cell of [...cells, undefined]) {
    if (cell?.count === 0) run.push(cell);
    else {
      if (run.length >= maxPoints * MIN_SILENCE)
        for (const each of run) silent.set(each.fromMillis, lengthOf(each));
      run = [];
    }
  }
  const silentMillis = [...silent.values()].reduce((sum, millis) => sum + millis, 0);
  return { silent: new Set(silent.keys()), busyMillis: lengthOf(range) - silentMillis };
}
