import type { MemoryFloor, ProcessCourse, TelemetryQuery } from '../../../otel/query.ts';
import { type EarlyGrowth, earlyVerdict } from './early-growth.ts';
import {
  isUnsampled,
  isUnsettled,
  memoryGrowth,
  WARM_MILLIS,
  type Growth,
  type MemoryGrowth,
} from './memory-growth.ts';

/** Older processes are not judged; rows of the page. */
const MAX_JUDGED = 200;
const MAX_ROWS = 50;
const MAX_COMPARED = 5;
/** Neighbours too young to be judged are one row from so many on: a process that is started again and again. */
const MIN_FOLDED = 3;

export type MemoryVerdict =
  'growing' | 'perhaps growing' | 'not growing' | 'no large growth' | 'too young' | 'too few collections';

/** Memory of a process over its whole life; the floor at its begin is the first after its first minutes. */
export interface ProcessMemory extends Omit<ProcessCourse, 'floors' | 'floorsPer'> {
  /** More than one: processes in a row that were each too young to be judged. */
  readonly processes: number;
  readonly floors: number;
  readonly firstFloorBytes: number | undefined;
  readonly lastFloorBytes: number | undefined;
  /** Between the floors of the slope. */
  readonly overMillis: number;
  readonly heap: Growth | undefined;
  readonly rss: Growth | undefined;
  readonly early: EarlyGrowth | undefined;
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
  readonly shortLives: ShortLives;
}

/** Ended processes before the one that a page is about, compared by their first and last floors. */
export interface ShortLives {
  readonly earlier: number;
  /** Of these, the newest that had two floors, at most 5. */
  readonly compared: number;
  /** From the least of them to the most. */
  readonly ranMillis: readonly number[];
  readonly roseBytes: readonly number[];
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
  const judged = rows.filter(isJudged);
  return {
    rows: folded(rows).slice(0, MAX_ROWS),
    known: courses.length,
    judged: judged.length,
    growing: judged.filter(({ verdict }) => verdict === 'growing').length,
    shortLives: shortLives(rows.filter((row) => row.startedAtMillis < own.startedAtMillis)),
  };
}

/** Memory of every process, the running one judged by what is recent and by its whole life. */
export function memoriesNow(
  telemetry: Pick<TelemetryQuery, 'process' | 'processes'>,
  recent: MemoryGrowth,
): ProcessMemories {
  const { startedAtMillis } = telemetry.process();
  const courses = telemetry.processes();
  const own = courses.find((course) => course.startedAtMillis === startedAtMillis);
  return processMemories(courses, { startedAtMillis, growth: growthWithin(own, recent) });
}

/** @param rows Newest first. */
function shortLives(rows: readonly ProcessMemory[]): ShortLives {
  const ended = rows.filter(({ endedAtMillis }) => endedAtMillis !== undefined);
  const compared = ended.filter(({ floors }) => floors > 1).slice(0, MAX_COMPARED);
  const extent = (values: readonly number[]): readonly number[] => [Math.min(...values), Math.max(...values)];
  return {
    earlier: ended.length,
    compared: compared.length,
    ranMillis: extent(compared.map(({ ranMillis }) => ranMillis)),
    roseBytes: extent(compared.map((row) => (row.lastFloorBytes ?? 0) - (row.firstFloorBytes ?? 0))),
  };
}

function memoryOf(course: ProcessCourse, growth: MemoryGrowth): ProcessMemory {
  const { floors: all, floorsPer: _, ...process } = course;
  const { heap, rss, early, overMillis } = growth;
  const floors = all.filter(({ heapBytes }) => !Number.isNaN(heapBytes));
  return {
    ...process,
    processes: 1,
    floors: floors.length,
    firstFloorBytes: warm(floors)?.heapBytes,
    lastFloorBytes: floors.at(-1)?.heapBytes,
    overMillis,
    heap,
    rss,
    early,
    verdict: isUnsampled(growth, course.ranMillis) ? 'too few collections' : memoryVerdict(growth),
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
  return floors.find(({ ranMillis }) => ranMillis >= WARM_MILLIS) ?? floors[0];
}

/** Every process has one from its tenth minute on. */
export function memoryVerdict(growth: MemoryGrowth): MemoryVerdict {
  const { heap, early } = growth;
  if (isGrowing(growth)) return 'growing';
  if (heap !== undefined)
    return heap.mayGrow ? 'perhaps growing' : isUnsettled(growth) ? 'no large growth' : 'not growing';
  return early === undefined ? 'too young' : earlyVerdict(early);
}

export function isJudged({ verdict }: Pick<ProcessMemory, 'verdict'>): boolean {
  return verdict !== 'too young' && verdict !== 'too few collections';
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
    version: group.every(({ version }) => version === newest.version) ? newest.version : undefined,
    processes: group.length,
    ranMillis: group.reduce((sum, { ranMillis }) => sum + ranMillis, 0),
    floors: group.reduce((sum, { floors }) => sum + floors, 0),
    firstFloorBytes: undefined,
    lastFloorBytes: undefined,
  };
}
