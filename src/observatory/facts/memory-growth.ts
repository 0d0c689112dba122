import type { MemoryFloor, ProcessCourse } from '../../../otel/query.ts';
import { type EarlyGrowth, earlyGrowth, isNoticed, NOTICED_SHARE } from './early-growth.ts';
import { median, type Point, type Slope, slopeOf } from './slope.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** A start fills the heap: modules, templates, caches. */
export const WARM_MILLIS = 5 * MINUTE;
/** Older floors say less about now. */
const WINDOW_MILLIS = 12 * HOUR;
const MIN_MILLIS = 10 * MINUTE;
/** With fewer, there is no slope but of what grows by half. */
const MIN_FLOORS = 16;
const MIN_FLOORS_OF_FAST = 4;
const MIN_MILLIS_OF_FAST = 3 * MINUTE;
/** So long after its start a slope can be known. */
export const MIN_AGE_OF_SLOPE_MILLIS = WARM_MILLIS + MIN_MILLIS;
/** So long after its start something is said of every process. */
export const MIN_AGE_MILLIS = 10 * MINUTE;
/** The first quarter of an hour has the least of the start; each of the others stands for up to thirty floors. */
const OF_QUARTERS = { warmMillis: 15 * MINUTE, minFloors: 8 };
const OF_SAMPLES = { warmMillis: WARM_MILLIS, minFloors: MIN_FLOORS };
/** The least of a part of the window; each part has about three floors, if there are so many. */
const MIN_PARTS = 8;
const MAX_PARTS = 24;
const FLOORS_PER_PART = 3;
/** Loaded once, not leaked: an index, a pool. */
const MAX_JUMPS = 2;
const JUMP = 8;
/** How much of its interval the slope of the newer half, which has less to go by, exceeds. */
const GOES_ON = 0.5;
/** Less in the window is no growth that anybody has to know of. */
const MIN_SHARE = 0.02;
const MIN_BYTES = 2_000_000;

/** Memory outside the heap climbs after every start, ever more slowly: arenas of malloc, threads, caches of the database. */
export const MIN_AGE_OUTSIDE_MILLIS = HOUR;
/** A climb whose newer half has surely not so much of the pace of its older one levels off. */
const KEEPS_PACE = 0.75;

/** So long after the newest floor, what the heap in use rose by since then may be a leak, garbage or both. */
const STALE_MILLIS = 15 * MINUTE;

/** Within less, a cache may still be filling, or a saw be in one of its teeth, unless it is half as much again. */
const SURE_HOURS = 1;
const SURE_SHARE = 0.5;

/** How memory moved, bytes per hour, with a 95 % interval. */
export interface Growth {
  /** Not by chance: in one of two thousand courses of a level heap. */
  readonly isGrowing: boolean;
  /** The interval says so, as it does by chance in one of forty; true if it is growing. */
  readonly mayGrow: boolean;
  readonly bytesPerHour: number;
  /** Half of the interval. */
  readonly plusMinus: number;
  /** The line of this slope at the first and at the last floor: so much apart as the slope makes in that time. */
  readonly line: { readonly fromBytes: number; readonly toBytes: number };
  /** Between the ends of the line, if that is not the time of the heap's floors. */
  readonly overMillis?: number;
}

interface GrowthOptions extends Partial<Pick<ProcessCourse, 'floorsPer'>> {
  /** Back from the newest floor; default 12 hours. */
  readonly windowMillis?: number;
}

/** What the floors of a process say; undefined for what too few of them say. */
export interface MemoryGrowth {
  /** How long the process had run at its newest sample. */
  readonly ranMillis: number;
  /** Full collections that count, after the first minutes; below it, how many of them make a slope. */
  readonly floors: number;
  readonly neededFloors: number;
  readonly sinceMillis: number | undefined;
  /** From the first to the last of them, in the process's own time. */
  readonly overMillis: number;
  /** The newest floor of the heap. */
  readonly heapBytes: number | undefined;
  readonly heap: Growth | undefined;
  /** Resident memory, buffers and native memory included, from the first hour on; undefined until there is another one of it. */
  readonly rss: Growth | undefined;
  /** Without a slope of the heap, from the tenth minute on. */
  readonly early: EarlyGrowth | undefined;
}

/**
 * Whether memory grows: by the slope of the least after collections, in all of the window and in its newer half, so that a cache that has filled is no
 * growth; without the two largest jumps, so that something loaded once is none, either.
 */
export function memoryGrowth(
  all: readonly MemoryFloor[],
  { windowMillis = WINDOW_MILLIS, floorsPer = 'sample' }: GrowthOptions = {},
): MemoryGrowth {
  const { warmMillis, minFloors } = floorsPer === 'sample' ? OF_SAMPLES : OF_QUARTERS;
  const ranMillis = all.at(-1)?.ranMillis ?? 0;
  const from = Math.max(warmMillis + 1, ranMillis - windowMillis);
  const floors = all.filter((floor) => floor.ranMillis >= from && !Number.isNaN(floor.heapBytes));
  const [first, last] = [floors[0], floors.at(-1)];
  const overMillis = first === undefined || last === undefined ? 0 : last.ranMillis - first.ranMillis;
  const known = floors.length >= minFloors && overMillis >= MIN_MILLIS;
  const isOld = ranMillis >= MIN_AGE_MILLIS;
  const points = pointsOf(floors, ({ heapBytes }) => heapBytes);
  const slow = known ? growthOf(points) : undefined;
  const mayBeFast = isOld && slow?.isGrowing !== true && (!known || overMillis < SURE_HOURS * HOUR);
  const found = (mayBeFast ? fastGrowth(points, overMillis) : undefined) ?? slow;
  const late = found?.isGrowing === true || last === undefined ? undefined : sinceNewest(all, last);
  const heap = late === undefined ? found : undefined;
  return {
    ranMillis,
    floors: floors.length,
    neededFloors: minFloors,
    sinceMillis: first?.atMillis,
    overMillis,
    heapBytes: last?.heapBytes,
    heap,
    rss: known ? outsideGrowth(floors) : undefined,
    early: late ?? (heap === undefined && isOld ? earlyGrowth(all, WARM_MILLIS) : undefined),
  };
}

/**
 * The newest floor is of long ago, and the heap in use rose noticeably since: the slope up to then says nothing of now. An idle process makes no full
 * collection for hours, and may leak all the same. Undefined otherwise.
 */
function sinceNewest(all: readonly MemoryFloor[], newest: MemoryFloor): EarlyGrowth | undefined {
  const since = all.filter(({ ranMillis }) => ranMillis >= newest.ranMillis);
  if ((since.at(-1)?.ranMillis ?? 0) - newest.ranMillis < STALE_MILLIS) return undefined;
  const early = earlyGrowth(since, WARM_MILLIS);
  return early.usedBytes - newest.heapBytes >= NOTICED_SHARE * newest.heapBytes ? early : undefined;
}

/** Within the first hour: growth that is beyond doubt, by half of the first floor within minutes, and that goes on; undefined otherwise. */
function fastGrowth(points: readonly Point[], overMillis: number): Growth | undefined {
  if (points.length < MIN_FLOORS_OF_FAST || overMillis < MIN_MILLIS_OF_FAST) return undefined;
  const slope = lineThrough(withoutJumps(points), points);
  const grown = slope.value * (overMillis / HOUR);
  const isGrowing = slope.surelyAbove > 0 && grown >= SURE_SHARE * points[0]!.y;
  return isGrowing && risesStill(points, grown)
    ? { isGrowing: true, mayGrow: true, ...slope.growth }
    : undefined;
}

/** The least of the newest third is above that of the third before by half of what steady growth makes: a cache that has filled is level. */
function risesStill(points: readonly Point[], grown: number): boolean {
  const [first, last] = [points[0]!.x, points.at(-1)!.x];
  const third = (last - first) / 3;
  const leastOf = (part: readonly Point[]): number => Math.min(...part.map(({ y }) => y));
  const newest = points.filter(({ x }) => x >= last - third);
  const before = points.filter(({ x }) => x >= first + third && x < last - third);
  const earlier = before.length > 0 ? before : points.slice(-newest.length - 1, -newest.length);
  return leastOf(newest) - leastOf(earlier) >= grown / 6;
}

/** A slope with its line, from the first to the last of all floors. */
interface Line extends Slope {
  readonly growth: Pick<Growth, 'bytesPerHour' | 'plusMinus' | 'line'>;
}

function lineThrough(steady: readonly Point[], all: readonly Point[]): Line {
  const slope = slopeOf(steady);
  const { value, low, high } = slope;
  const atZero = median(steady.map(({ x, y }) => y - value * x));
  const at = (point: Point | undefined): number => atZero + value * (point?.x ?? 0);
  return {
    ...slope,
    growth: {
      bytesPerHour: value,
      plusMinus: (high - low) / 2,
      line: { fromBytes: at(all[0]), toBytes: at(all.at(-1)) },
    },
  };
}

/** A floor above the next one was none: what was released by then had only not been collected yet. */
function pointsOf(floors: readonly MemoryFloor[], pick: (floor: MemoryFloor) => number): Point[] {
  return floors
    .map((floor) => ({ x: floor.ranMillis / HOUR, y: pick(floor) }))
    .filter(({ y }) => !Number.isNaN(y))
    .map(({ x, y }, index, all) => ({ x, y: Math.min(y, all[index + 1]?.y ?? y) }));
}

/** Its newest sample is older than what is said before the tenth minute, as with METRICS_MEMORY_INTERVAL=0. */
export function isUnsampled({ ranMillis }: Pick<MemoryGrowth, 'ranMillis'>, ageMillis: number): boolean {
  return ranMillis < MIN_AGE_MILLIS && ageMillis >= MIN_AGE_MILLIS + WARM_MILLIS;
}

/** It rose in less than an hour, by so little that caches may have filled. */
export function isUnsettled({ heap, overMillis }: Pick<MemoryGrowth, 'heap' | 'overMillis'>): boolean {
  return heap !== undefined && overMillis < SURE_HOURS * HOUR && heap.bytesPerHour > heap.plusMinus;
}

/** Of resident memory: no growth while it levels off. */
function outsideGrowth(floors: readonly MemoryFloor[]): Growth | undefined {
  const old = floors.filter(({ ranMillis }) => ranMillis >= MIN_AGE_OUTSIDE_MILLIS);
  const points = pointsOf(old, ({ rssBytes }) => rssBytes);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.x - first.x < SURE_HOURS) return undefined;
  const growth = growthOf(points);
  const middle = (first.x + last.x) / 2;
  const older = steadySlope(points.filter(({ x }) => x < middle));
  const newer = steadySlope(newerHalf(points));
  if (growth === undefined || older === undefined || newer === undefined) return undefined;
  const keepsPace = newer.low > KEEPS_PACE * older.value;
  return {
    ...growth,
    isGrowing: growth.isGrowing && keepsPace,
    mayGrow: growth.mayGrow && keepsPace,
    overMillis: (last.x - first.x) * HOUR,
  };
}

function newerHalf(points: readonly Point[]): readonly Point[] {
  const middle = ((points[0]?.x ?? 0) + (points.at(-1)?.x ?? 0)) / 2;
  return points.filter(({ x }) => x >= middle);
}

function growthOf(points: readonly Point[]): Growth | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const newer = newerHalf(points);
  const [whole, half] = [steadySlope(points), steadySlope(newer)];
  if (whole === undefined || half === undefined) return undefined;
  const goesOn = half.value > ((half.high - half.low) / 2) * GOES_ON;
  const grown = whole.value * (last.x - first.x);
  const isHour = last.x - first.x >= SURE_HOURS;
  const isMuch = isHour ? grown >= Math.max(MIN_BYTES, MIN_SHARE * first.y) : isNoticed(grown, first.y);
  const mayGrow = whole.low > 0 && goesOn && isMuch;
  const isLong = isHour || grown >= SURE_SHARE * first.y;
  return {
    isGrowing: mayGrow && whole.surelyAbove > 0 && isLong,
    mayGrow,
    ...whole.growth,
  };
}

function steadySlope(points: readonly Point[]): Line | undefined {
  const least = leastOfParts(points);
  return least.length < MIN_PARTS / 2 ? undefined : lineThrough(withoutJumps(least), points);
}

/** The least point of each of some equal parts of time. */
function leastOfParts(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const count = Math.min(MAX_PARTS, Math.max(MIN_PARTS, Math.floor(points.length / FLOORS_PER_PART)));
  const width = (last.x - first.x) / count;
  const parts = Map.groupBy(points, ({ x }) => Math.min(count - 1, Math.floor((x - first.x) / width)));
  return [...parts.values()].map((part) => part.reduce((least, each) => (each.y < least.y ? each : least)));
}

/**
 * The same course with its largest steps upwards, if they stand out, replaced by the usual one of so much time: floors are as far apart as full
 * collections. What fell was released, and stays.
 */
function withoutJumps(points: readonly Point[]): readonly Point[] {
  const steps = points.slice(1).map(({ x, y }, index) => {
    const before = points[index]!;
    return { hours: x - before.x, bytes: y - before.y };
  });
  const usualRate = median(steps.map(({ hours, bytes }) => bytes / hours));
  const beyond = steps.map(({ hours, bytes }) => bytes - usualRate * hours);
  const spread = median(beyond.map(Math.abs));
  const jumps = beyond
    .toSorted((a, b) => b - a)
    .slice(0, MAX_JUMPS)
    .filter((bytes) => bytes > JUMP * spread);
  let y = points[0]?.y ?? 0;
  return points.map((point, index) => {
    const [step, excess] = [steps[index - 1], beyond[index - 1]];
    if (step !== undefined && excess !== undefined)
      y += jumps.includes(excess) ? step.bytes - excess : step.bytes;
    return { x: point.x, y };
  });
}
