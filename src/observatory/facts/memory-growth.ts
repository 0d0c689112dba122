import type { MemoryFloor, ProcessCourse } from '../../../otel/query.ts';
import { median, type Point, type Slope, slopeOf } from './slope.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** A start fills the heap: modules, templates, caches. */
const WARM_MILLIS = 5 * MINUTE;
/** Older floors say less about now. */
const WINDOW_MILLIS = 12 * HOUR;
const MIN_MILLIS = 10 * MINUTE;
/** With fewer, nothing is said. */
export const MIN_FLOORS = 16;
/** So long after its start a process can be judged. */
export const MIN_AGE_MILLIS = WARM_MILLIS + MIN_MILLIS;
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
}

interface GrowthOptions extends Partial<Pick<ProcessCourse, 'floorsPer'>> {
  /** Back from the newest floor; default 12 hours. */
  readonly windowMillis?: number;
}

/** What the floors of a process say; undefined for what too few of them say. */
export interface MemoryGrowth {
  /** Full collections that count, after the first minutes. */
  readonly floors: number;
  readonly sinceMillis: number | undefined;
  /** From the first to the last of them, in the process's own time. */
  readonly overMillis: number;
  /** The newest floor of the heap. */
  readonly heapBytes: number | undefined;
  readonly heap: Growth | undefined;
  /** Resident memory at the same times: buffers and native memory, too. */
  readonly rss: Growth | undefined;
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
  const floors = all.filter((floor) => floor.ranMillis >= from);
  const [first] = floors;
  const overMillis = first === undefined ? 0 : ranMillis - first.ranMillis;
  const known = floors.length >= minFloors && overMillis >= MIN_MILLIS;
  return {
    floors: floors.length,
    sinceMillis: first?.atMillis,
    overMillis,
    heapBytes: floors.at(-1)?.heapBytes,
    heap: known ? growthOf(pointsOf(floors, ({ heapBytes }) => heapBytes)) : undefined,
    rss: known ? growthOf(pointsOf(floors, ({ rssBytes }) => rssBytes)) : undefined,
  };
}

function pointsOf(floors: readonly MemoryFloor[], pick: (floor: MemoryFloor) => number): Point[] {
  return floors
    .map((floor) => ({ x: floor.ranMillis / HOUR, y: pick(floor) }))
    .filter(({ y }) => !Number.isNaN(y));
}

function growthOf(points: readonly Point[]): Growth | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const middle = (first.x + last.x) / 2;
  const newer = points.filter(({ x }) => x >= middle);
  const [whole, half] = [steadySlope(points), steadySlope(newer)];
  if (whole === undefined || half === undefined) return undefined;
  const goesOn = half.value > ((half.high - half.low) / 2) * GOES_ON;
  const grown = whole.value * (last.x - first.x);
  const mayGrow = whole.low > 0 && goesOn && grown >= Math.max(MIN_BYTES, MIN_SHARE * first.y);
  const isLong = last.x - first.x >= SURE_HOURS || grown >= SURE_SHARE * first.y;
  return {
    isGrowing: mayGrow && whole.surelyAbove > 0 && isLong,
    mayGrow,
    bytesPerHour: whole.value,
    plusMinus: (whole.high - whole.low) / 2,
  };
}

function steadySlope(points: readonly Point[]): Slope | undefined {
  const least = leastOfParts(points);
  return least.length < MIN_PARTS / 2 ? undefined : slopeOf(withoutJumps(least));
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

/** The same course with its largest steps upwards, if they stand out, replaced by the usual one. What fell was released, and stays. */
function withoutJumps(points: readonly Point[]): readonly Point[] {
  const steps = points.slice(1).map(({ y }, index) => y - points[index]!.y);
  const usual = median(steps);
  const spread = median(steps.map((step) => Math.abs(step - usual)));
  const jumps = steps
    .toSorted((a, b) => b - a)
    .slice(0, MAX_JUMPS)
    .filter((step) => step - usual > JUMP * spread);
  let y = points[0]?.y ?? 0;
  return points.map((point, index) => {
    const step = steps[index - 1];
    if (step !== undefined) y += jumps.includes(step) ? usual : step;
    return { x: point.x, y };
  });
}
