import type { OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

type Counts = Pick<TelemetryQuery, 'operations' | 'timeline'>;

/** Cells of one look at a range. */
const CELLS = 96;
/** Each look is at half the previous range or less. */
const MAX_LOOKS = 6;
/** Less silence than this share of a range stays in it. */
const MIN_SILENCE = 0.25;
/** Share of all requests that may come long after the others, such as those of the reader who looks after them. */
const STRAGGLERS = 0.02;

export const lengthOf = ({ fromMillis, toMillis }: TimeRange): number => toMillis - fromMillis;

/** What arrives from outside: requests; in a program without them other operations. */
const ARRIVALS: readonly OperationType[] = ['http', 'other', 'database', 'render'];

function arrivalsIn(telemetry: Counts, range: TimeRange): OperationType | undefined {
  const operations = telemetry.operations(range);
  return ARRIVALS.find((type) => operations[type].count > 0);
}

/** Number of requests. */
export function requestsIn(telemetry: Counts, range: TimeRange): number {
  if (!(range.toMillis > range.fromMillis)) return 0;
  const operations = telemetry.operations(range);
  return operations[arrivalsIn(telemetry, range) ?? 'http'].count;
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
  if (!(range.toMillis > range.fromMillis)) return undefined;
  const type = arrivalsIn(telemetry, range);
  if (type === undefined) return undefined;
  let part = range;
  for (let look = 0; look < MAX_LOOKS; look++) {
    const cut = cutOnce(telemetry, type, part, far);
    const isFound = lengthOf(cut) * 2 > lengthOf(part);
    part = cut;
    if (isFound) break;
  }
  return part;
}

function cutOnce(telemetry: Counts, type: OperationType, part: TimeRange, far: 'start' | 'end'): TimeRange {
  const cells = telemetry
    .timeline(type, part, { maxPoints: CELLS })
    .filter(({ count }) => count > 0)
    .map(({ startMillis, widthMillis, count }) => ({
      fromMillis: startMillis,
      toMillis: startMillis + widthMillis,
      count,
    }));
  const outwards = far === 'end' ? cells : cells.toReversed();
  const wanted = cells.reduce((sum, { count }) => sum + count, 0) * (1 - STRAGGLERS);
  let seen = 0;
  let index = outwards.findIndex(({ count }) => (seen += count) >= wanted);
  // What follows without a pause is no straggler.
  while (index >= 0 && isNext(outwards[index], outwards[index + 1])) index++;
  const [near, last, furthest] = [outwards[0], outwards[index], outwards.at(-1)];
  if (near === undefined || last === undefined || furthest === undefined) return part;
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
  const type = arrivalsIn(telemetry, range);
  const cells = type === undefined ? [] : telemetry.timeline(type, range, { maxPoints });
  const silent = new Map<number, number>();
  let run: (typeof cells)[number][] = [];
  for (const cell of [...cells, undefined]) {
    if (cell?.count === 0) run.push(cell);
    else {
      if (run.length >= maxPoints * MIN_SILENCE)
        for (const { startMillis, widthMillis } of run) silent.set(startMillis, widthMillis);
      run = [];
    }
  }
  const silentMillis = [...silent.values()].reduce((sum, millis) => sum + millis, 0);
  return { silent: new Set(silent.keys()), busyMillis: lengthOf(range) - silentMillis };
}
