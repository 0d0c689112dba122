import type { Growth } from './memory-growth.ts';
import { isGrowing, type ProcessMemories, type ProcessMemory } from './process-memory.ts';
import type { VersionRun } from './version-runs.ts';

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
}

/**
 * Undefined unless it is beyond doubt: every process of the version whose slope is known grows, at least one of the version before had a slope, none of
 * them may have grown, and the intervals of all of those are below that of the newest.
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
  const earlier = known.filter(
    ({ startedAtMillis: at, version }) =>
      at >= before.fromMillis && at < run.fromMillis && version === before.version,
  );
  const isLevel = (row: ProcessMemory): boolean =>
    !isGrowing(row) && row.heap?.mayGrow === false && row.rss?.mayGrow !== true && isBelow(row[of], growth);
  if (growth === undefined || earlier.length === 0) return undefined;
  if (!own.every(isGrowing) || !earlier.every(isLevel)) return undefined;
  const { version, fromMillis: atMillis } = run;
  const { startedAtMillis, endedAtMillis } = newest;
  return { version, atMillis, growth, of, startedAtMillis, endedAtMillis, isLatest: run === runs.at(-1) };
}

function isBelow(one: Growth | undefined, other: Growth | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.bytesPerHour + one.plusMinus < other.bytesPerHour - other.plusMinus;
}
