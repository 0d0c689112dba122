import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/** A write through an open file that no longer stands at its path is acknowledged by SQLite and lost. */
export interface StorageWatch {
  /** What is wrong with the database's files, in words; undefined while they are the ones that are open. Costs three `stat`s. */
  readonly problem: () => string | undefined;
}

const EMPTIED = 'emptied';
const EMPTIED_WORDS = 'was emptied while the blog runs';
/** The log and its index hold what was saved last, so they count as much as the file. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

/** Compares the files of an open database with those that were there when it was opened. Make it right after opening. */
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
      // An emptied file that is filled again holds other pages than the open connection remembers: only a new start helps.
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
 * Device and inode; a path that cannot be looked at counts as missing. Only the log is ever empty by rights. The file is looked at and never
 * opened: closing it again would drop SQLite's own locks on it.
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
