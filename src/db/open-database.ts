import { mkdirSync } from 'node:fs';
import path from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { migrate } from './migrate.ts';
import { storageFailureOf } from './storage-failure.ts';

const PRAGMAS = [
  // For starts and commands; the running server disables it with `neverWaitForLocks`.
  'busy_timeout = 15000',
  // Readers do not wait for the writer.
  'journal_mode = WAL',
  // In WAL mode, NORMAL can lose only the last commits on power loss and cannot corrupt the file; a crash of the process loses
  // nothing. FULL would add an fsync to every save.
  'synchronous = NORMAL',
  'foreign_keys = ON',
  'cache_size = -16384', // 16 MiB
  // Off: truncating or overwriting a mapped file while the blog runs would end the process with SIGBUS.
  'mmap_size = 0',
  'temp_store = MEMORY',
  'wal_autocheckpoint = 1000', // pages, about 4 MB
  'journal_size_limit = 67108864', // 64 MiB: a WAL that grew during an import shrinks again
  'trusted_schema = OFF',
] as const;

/**
 * Opens or creates the blog's database and its folder, sets the required pragmas and migrates it.
 * Throws NewerDatabaseError or ForeignDatabaseError; the file is closed then.
 */
export function openDatabase(file: string): Database {
  if (file !== ':memory:') mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const database = new SqliteDatabase(file);
  try {
    for (const pragma of PRAGMAS) database.pragma(pragma);
    migrate(database);
    // Updates the planner's statistics.
    unlessRefused(() => {
      database.pragma('optimize = 0x10002');
      expectLargeSearch(database);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const MANY_ROWS = '1000000';

/**
 * FTS5 removes what it merged by ranges of rows. Statistics from when an index was small make the planner scan the whole table each time: of 100,000
 * posts, each took 6 ms more to save. So the tables of the search count as large.
 */
function expectLargeSearch(database: Database): void {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get() === undefined) return;
  const expect = database.prepare<[string, string]>(
    "UPDATE sqlite_stat1 SET stat = ? WHERE tbl LIKE 'post_search%' AND idx IS NULL AND stat <> ?",
  );
  if (expect.run(MANY_ROWS, MANY_ROWS).changes > 0) database.exec('ANALYZE sqlite_schema');
}

/**
 * SQLite blocks the whole process while it waits for a lock. This disables waiting: reads need no lock, and `createWhenUnlocked` retries a
 * locked write, at microseconds per attempt.
 */
export function neverWaitForLocks(database: Database): void {
  database.pragma('busy_timeout = 0');
}

/** Checkpoints the WAL and closes the file; a second call does nothing. */
export function closeDatabase(database: Database): void {
  if (!database.open) return;
  try {
    // Saved data is in the WAL, and the next start reads it.
    unlessRefused(() => {
      database.pragma('optimize');
      database.pragma('wal_checkpoint(TRUNCATE)');
    });
  } finally {
    database.close();
  }
}

/** For optional writes: if they fail, the blog can still be read. */
function unlessRefused(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (storageFailureOf(error) === undefined) throw error;
  }
}
