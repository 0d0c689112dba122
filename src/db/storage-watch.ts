import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/** A write through an open file that no longer stands at its path is acknowledged by SQLite and lost. */
export interface StorageWatch {
  /** What is wrong with the database's files, in words; undefined while they are the ones that are open. Costs three `stat`s. */
  readonly problem: () => string | undefined;
}

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
  return now === undefined
    ? `${file} was removed while the blog runs`
    : `${file} was replaced by another file while the blog runs`;
}

/** Device and inode; a path that cannot be looked at counts as missing. */
function identityOf(file: string): string | undefined {
  try {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    return stat && `${stat.dev}:${stat.ino}`;
  } catch {
    return undefined;
  }
}
