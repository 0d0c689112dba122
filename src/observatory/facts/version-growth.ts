import type { Growth } from './memory-growth.ts';
import { isJudged, type ProcessMemories } from './process-memory.ts';

/** How the heap grew in an earlier process of the version that runs. */
export interface VersionGrowth {
  readonly version: string;
  readonly growth: Growth;
  readonly overMillis: number;
}

/** What a restart does not take away; undefined once the process that runs is judged itself, or if the newest judged one of its version did not grow. */
export function versionGrowth(
  { rows }: Pick<ProcessMemories, 'rows'>,
  startedAtMillis: number,
): VersionGrowth | undefined {
  const at = rows.findIndex((row) => row.startedAtMillis === startedAtMillis);
  const { version, heap, verdict } = rows[at] ?? {};
  if (version === undefined || heap !== undefined || verdict === 'no large growth') return undefined;
  const found = rows.slice(at + 1).find((row) => row.version === version && isJudged(row));
  if (found?.heap?.isGrowing !== true) return undefined;
  return { version, growth: found.heap, overMillis: found.overMillis };
}
