import type { CountsArchive } from '../aggregate/counts-archive.ts';
import type { RollUpArchive } from './roll-up-archive.ts';

/** @param ask Returns `unknown` without a file, or if it cannot be read. */
export function askedCounts(
  ask: <T>(question: (counts: RollUpArchive) => T, unknown: T) => T,
): CountsArchive {
  return {
    read: (...asked) => ask((counts) => counts.read(...asked), undefined),
    starts: (tier) => ask((counts) => counts.starts(tier), []),
    missing: (tier, range) => ask((counts) => counts.missing(tier, range), [range]),
    lost: (range) => ask((counts) => counts.lost(range), []),
    changed: () => ask((counts) => counts.changed(), undefined),
    oldestMillis: () => ask((counts) => counts.oldestMillis(), undefined),
  };
}
