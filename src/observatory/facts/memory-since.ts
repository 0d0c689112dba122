import type { Growth } from './memory-growth.ts';
import { isGrowing, type ProcessMemories, type ProcessMemory } from './process-memory.ts';
import type { VersionRun } from './version-runs.ts';

const HOUR = 3_600_000;

/** Memory that grows since a version, and did not in the one before it. */
export interface MemorySince {
  readonly version: string;
  /** Start of its first process. */
  readonly atMillis: number;
  readonly growth: Growth;
  /** Of the heap, or of resident memory alone. */
  readonly of: 'heap' | 'rss';
  /** Of the process that grew. */
  readonly startedAtMillis: number;
  /** Undefined while it runs. */
  readonly endedAtMillis: number | undefined;
  /** No other version ran since. */
  readonly isLatest: boolean;
  /** Of the version before only a bound is known, which is far below. */
  readonly before: 'level' | 'bounded';
}

/** A bound says that the version before did not grow so, if it is below this share of the growth. */
const BELOW = 0.5;

/**
 * Undefined unless it is beyond doubt: every process of the version whose slope is known grows, at least one of the version before had a slope or a
 * bound, none of them may have grown, and the intervals and bounds of all of those are below the interval of the newest.
 */
export function memorySince(
  { rows }: Pick<ProcessMemories, 'rows'>,
  runs: readonly VersionRun[],
): MemorySince | undefined {
  const known = rows.filter(({ heap }) => heap !== undefined);
  const [newest] = known;
  if (newest === undefined || !isGrowing(newest)) return undefined;
  const index = runs.findLastIndex(({ fromMillis }) => fromMillis <= newest.startedAtMillis);
  const [run, before] = [runs[index], runs[index - 1]];
  if (run === undefined || before === undefined || run.version !== newest.version) return undefined;
  const of = newest.heap?.isGrowing === true ? 'heap' : 'rss';
  const growth = newest[of];
  const own = known.filter(({ startedAtMillis }) => startedAtMillis >= run.fromMillis);
  const earlier = rows.filter(
    ({ startedAtMillis: at, version, heap, early }) =>
      at >= before.fromMillis &&
      at < run.fromMillis &&
      version === before.version &&
      (heap !== undefined || early?.since !== undefined),
  );
  const isLevel = (row: ProcessMemory): boolean =>
    row.heap === undefined
      ? of === 'heap' && isBounded(row, growth)
      : !isGrowing(row) && !row.heap.mayGrow && row.rss?.mayGrow !== true && isBelow(row[of], growth);
  if (growth === undefined || earlier.length === 0) return undefined;
  if (!own.every(isGrowing) || !earlier.every(isLevel)) return undefined;
  const { version, fromMillis: atMillis } = run;
  const { startedAtMillis, endedAtMillis } = newest;
  return {
    version,
    atMillis,
    growth,
    of,
    startedAtMillis,
    endedAtMillis,
    isLatest: run === runs.at(-1),
    before: earlier.some(({ heap }) => heap !== undefined) ? 'level' : 'bounded',
  };
}

/** Without a slope, by the most that its heap can have grown by. */
function isBounded({ verdict, early }: ProcessMemory, growth: Growth | undefined): boolean {
  if (verdict !== 'no large growth' || early?.since === undefined || growth === undefined) return false;
  const { mostBytes, overMillis } = early.since;
  return (mostBytes * HOUR) / overMillis < BELOW * (growth.bytesPerHour - growth.plusMinus);
}

function isBelow(one: Growth | undefined, other: Growth | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.bytesPerHour + one.plusMinus < other.bytesPerHour - other.plusMinus;
}
