import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { DATABASE_FILE_NAME } from './data-files.ts';
import { refuseLostDatabase } from './lost-database.ts';
import { closeDatabase, openDatabase } from './open-database.ts';
import { keepPrivate } from './private-data.ts';
import { finishRestore, isRestoreReady } from './restore-steps.ts';
import { orUnwritable } from './unwritable-database.ts';
import { takeServerLock, type ServerLock } from './server-lock.ts';

export interface ServedData {
  readonly database: Database;
  readonly lock: ServerLock;
  /** Files that other users of the machine can still read. */
  readonly notPrivate: readonly string[];
}

/** As `openBlogData`, for the one server of these data: throws ServedDatabaseError if there is another, or UnwritableDatabaseError. `prepare` runs before the database is opened. */
export function openServedData(dataDir: string, prepare: () => void): ServedData {
  return orUnwritable(dataDir, () => {
    if (!isRestoreReady(dataDir)) refuseLostDatabase(dataDir);
    const notPrivate = keepPrivate(dataDir);
    const lock = takeServerLock(dataDir);
    finishRestore(dataDir);
    const file = join(dataDir, DATABASE_FILE_NAME);
    // Before the telemetry history is created: a history without a database means that the database was lost.
    if (!existsSync(file)) closeDatabase(openDatabase(file));
    prepare();
    return { database: openDatabase(file), lock, notPrivate };
  });
}
