import type { MemoryFloor, ProcessCourse } from '../../../otel/query.ts';
import { memoryGrowth, MIN_AGE_MILLIS, type Growth, type MemoryGrowth } from './memory-growth.ts';

/** Older processes are not judged; rows of the page. */
const MAX_JUDGED = 200;
const MAX_ROWS = 50;
/** Neighbours too young to be judged are one row from so many on: a process that is started again and again. */
const MIN_FOLDED = 3;

export type MemoryVerdict =
  'growing' | 'perhaps growing' | 'not growing' | 'too young' | 'too few collections';

/** Memory of a process over its whole life; the floor at its begin is the first after its first minutes. */
export interface ProcessMemory extends Omit<ProcessCourse, 'floors' | 'floorsPer'> {
  /** More than one: processes in a row that were each too young to be judged. */
  readonly processes: number;
  readonly floors: number;
  readonly firstFloorBytes: number | undefined;
  readonly lastFloorBytes: number | undefined;
  readonly heap: Growth | undefined;
  readonly rss: Growth | undefined;
  readonly verdict: MemoryVerdict;
}

export interface ProcessMemories {
  /** Newest first, at most 50. */
  readonly rows: readonly ProcessMemory[];
  /** All processes that are known. */
  readonly known: number;
  /** Those that could be judged, and of these the ones whose memory grew. */
  readonly judged: number;
  readonly growing: number;
}

/** The process that a page is about, with its growth as the rest of the page has it. */
export interface JudgedProcess {
  readonly startedAtMillis: number;
  readonly growth: MemoryGrowth;
}

/** Memory of every process that is known. */
export function processMemories(courses: readonly ProcessCourse[], own: JudgedProcess): ProcessMemories {
  const rows = courses
    .slice(-MAX_JUDGED)
    .map((course) => {
      const isOwn = course.startedAtMillis === own.startedAtMillis;
      return memoryOf(course, isOwn ? own.growth : growthInLife(course));
    })
    .toReversed();
  const judged = rows.filter(({ heap }) => heap !== undefined);
  return {
    rows: folded(rows).slice(0, MAX_ROWS),
    known: courses.length,
    judged: judged.length,
    growing: judged.filter(({ verdict }) => verdict === 'growing').length,
  };
}

function memoryOf(course: ProcessCourse, { heap, rss }: MemoryGrowth): ProcessMemory {
  const { floors, floorsPer: _, ...process } = course;
  return {
    ...process,
    processes: 1,
    floors: floors.length,
    firstFloorBytes: warm(floors)?.heapBytes,
    lastFloorBytes: floors.at(-1)?.heapBytes,
    heap,
    rss,
    verdict: verdictOf(heap, rss, course.ranMillis),
  };
}

/** Floors are read anew once per sample, and a page is drawn more often. */
const judgedFloors = new WeakMap<readonly MemoryFloor[], MemoryGrowth>();

function growthInLife({ floors, floorsPer }: ProcessCourse): MemoryGrowth {
  const known = judgedFloors.get(floors);
  if (known !== undefined) return known;
  const growth = memoryGrowth(floors, { floorsPer, windowMillis: Infinity });
  judgedFloors.set(floors, growth);
  return growth;
}

/** A leak that is too slow for the last hours shows in the whole life of a process. */
export function growthWithin(course: ProcessCourse | undefined, recent: MemoryGrowth): MemoryGrowth {
  if (course?.floorsPer !== 'quarter hour' || isGrowing(recent)) return recent;
  const whole = growthInLife(course);
  return isGrowing(whole) ? whole : recent;
}

export function isGrowing({ heap, rss }: Pick<MemoryGrowth, 'heap' | 'rss'>): boolean {
  return heap?.isGrowing === true || rss?.isGrowing === true;
}

/** The first floor after the first minutes, or the first. */
function warm(floors: readonly MemoryFloor[]): MemoryFloor | undefined {
  return floors.find(({ ranMillis }) => ranMillis >= MIN_AGE_MILLIS / 3) ?? floors[0];
}

function verdictOf(heap: Growth | undefined, rss: Growth | undefined, ranMillis: number): MemoryVerdict {
  if (isGrowing({ heap, rss })) return 'growing';
  if (heap !== undefined) return heap.mayGrow ? 'perhaps growing' : 'not growing';
  return ranMillis < MIN_AGE_MILLIS ? 'too young' : 'too few collections';
}

/** Several in a row that were too young, and ended, as one. */
function folded(rows: readonly ProcessMemory[]): readonly ProcessMemory[] {
  const groups: ProcessMemory[][] = [];
  const isYoung = ({ verdict, endedAtMillis }: ProcessMemory): boolean =>
    verdict === 'too young' && endedAtMillis !== undefined;
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && isYoung(row) && isYoung(last[0])) last.push(row);
    else groups.push([row]);
  }
  return groups.flatMap((group) => (group.length < MIN_FOLDED ? group : [foldedRow(group)]));
}

/** @param group Newest first. */
function foldedRow(group: readonly ProcessMemory[]): ProcessMemory {
  const [newest, oldest] = [group[0]!, group.at(-1)!];
  return {
    ...newest,
    startedAtMillis: oldest.startedAtMillis,
    processes: group.length,
    ranMillis: group.reduce((sum, { ranMillis }) => sum + ranMillis, 0),
    floors: group.reduce((sum, { floors }) => sum + floors, 0),
    firstFloorBytes: undefined,
    lastFloorBytes: undefined,
  };
}
