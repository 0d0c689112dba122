import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { DATABASE_FILE_NAME } from './data-files.ts';
import { refuseLostDatabase } from './lost-database.ts';
import { closeDatabase, openDatabase } from './open-database.ts';
import { keepPrivate } from './private-data.ts';
import { finishRestore, isRestoreReady } from './restore-steps.ts';
import { orUnwritable } from './unwritable-database.ts';
import { takeServerLock } from './server-lock.ts';

/**
 * Opens the blog of a folder, for commands and the server: keeps the data private, and does not replace a lost blog by an empty one.
 * Throws LostDatabaseError, NewerDatabaseError or ForeignDatabaseError.
 */
export function openBlogData(dataDir: string): Database {
  if (isRestoreReady(dataDir)) finishAlone(dataDir);
  refuseLostDatabase(dataDir);
  keepPrivate(dataDir);
  return orUnwritable(dataDir, () => openDatabase(join(dataDir, DATABASE_FILE_NAME)));
}

/** A command was run where no blog is. */
class MissingBlogError extends Error {
  readonly isForPeople = true;
  override readonly name = 'MissingBlogError';
}

/** Runs a command's work on the blog of a folder, which has to be there, and closes it. Throws as `openBlogData`, and MissingBlogError. */
export async function withBlogData<T>(dataDir: string, work: (database: Database) => Promise<T>): Promise<T> {
  if (!existsSync(join(dataDir, DATABASE_FILE_NAME)))
    throw new MissingBlogError(`There is no blog in ${resolve(dataDir)}. Set DATA_DIR or --data-dir.`);
  const database = openBlogData(dataDir);
  try {
    return await work(database);
  } finally {
    closeDatabase(database);
  }
}

/** Finishes an interrupted restore; throws ServedDatabaseError while one is running. */
function finishAlone(dataDir: string): void {
  const lock = takeServerLock(dataDir);
  try {
    finishRestore(dataDir);
  } finally {
    lock.release();
  }
}
