import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/** SQLite acknowledges writes to an open file that was removed or replaced, and they are lost. */
export interface StorageWatch {
  /** The problem of the database's files in words; undefined if they are the open ones. Costs three `stat` calls. */
  readonly problem: () => string | undefined;
}

const EMPTIED = 'emptied';
const EMPTIED_WORDS = 'was emptied while the blog runs';
/** The WAL and its index have the latest writes, so they matter as much as the file. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

/** Compares the database's files with those at opening. Create it right after opening. */
export function watchStorage(
  database: Pick<Database, 'name' | 'memory'>,
  onChange: (problem: string | undefined) => void = () => {},
): StorageWatch {
  const opened = database.memory
    ? []
    : SUFFIXES.map((suffix) => `${database.name}${suffix}`)
        .map((file) => ({ file, identity: identityOf(file) }))
        .filter(({ identity }) => identity !== undefined);
  let last: string | undefined;
  return {
    problem() {
      // A file that was emptied and filled again has other pages than the connection's cache: only a restart helps.
      if (last?.endsWith(EMPTIED_WORDS) === true) return last;
      const now = opened
        .map(({ file, identity }) => difference(file, identity, identityOf(file)))
        .find((words) => words !== undefined);
      if (now !== last) onChange(now);
      last = now;
      return now;
    },
  };
}

function difference(file: string, before: string | undefined, now: string | undefined): string | undefined {
  if (now === before) return undefined;
  switch (now) {
    case undefined:
      return `${file} was removed while the blog runs`;
    case EMPTIED:
      return `${file} ${EMPTIED_WORDS}`;
    default:
      return `${file} was replaced by another file while the blog runs`;
  }
}

/**
 * Device and inode; an inaccessible path counts as missing. Only the WAL may be empty. Uses stat without opening the file, as closing it
 * would release SQLite's locks.
 */
function identityOf(file: string): string | undefined {
  try {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat?.size === 0n && !file.endsWith('-wal')) return EMPTIED;
    return stat && `${stat.dev}:${stat.ino}`;
  } catch {
    return undefined;
  }
}
