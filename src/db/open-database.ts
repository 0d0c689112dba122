import { mkdirSync } from 'node:fs';
import path from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { migrate } from './migrate.ts';
import { storageFailureOf } from './storage-failure.ts';

const PRAGMAS = [
  // For starts and commands; the running server gives it up with `neverWaitForLocks`.
  'busy_timeout = 15000',
  // Readers never wait for the writer.
  'journal_mode = WAL',
  // In WAL mode NORMAL can lose only the last commits at a power cut, never damage the file; a crash or kill of the process loses
  // nothing. FULL would add an fsync to every save.
  'synchronous = NORMAL',
  'foreign_keys = ON',
  'cache_size = -16384', // 16 MiB
  // Off: a mapped file that is cut short or overwritten while the blog runs ends the process with SIGBUS.
  'mmap_size = 0',
  'temp_store = MEMORY',
  'wal_autocheckpoint = 1000', // pages, about 4 MB
  'journal_size_limit = 67108864', // 64 MiB: a WAL swollen by an import shrinks again
  'trusted_schema = OFF',
] as const;

/**
 * Opens or makes the blog's database, its folder included, sets every pragma the blog relies on and migrates it.
 * Throws NewerDatabaseError or ForeignDatabaseError; the file is closed then.
 */
export function openDatabase(file: string): Database {
  if (file !== ':memory:') mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const database = new SqliteDatabase(file);
  try {
    for (const pragma of PRAGMAS) database.pragma(pragma);
    migrate(database);
    // Lets the planner know how large tables have become since the last start.
    unlessRefused(() => void database.pragma('optimize = 0x10002'));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * SQLite waits for a lock with the whole process. From here on it does not: readers need no lock, and a write that finds it taken is tried
 * again by `createWhenUnlocked`, which costs microseconds a try, however many wait.
 */
export function neverWaitForLocks(database: Database): void {
  database.pragma('busy_timeout = 0');
}

/** Writes the WAL back into the file and closes it; a second call does nothing. */
export function closeDatabase(database: Database): void {
  if (!database.open) return;
  try {
    // What was saved is in the log, and the next start reads it there.
    unlessRefused(() => {
      database.pragma('optimize');
      database.pragma('wal_checkpoint(TRUNCATE)');
    });
  } finally {
    database.close();
  }
}

/** For writes that nobody asked for: a disk that does not take them keeps no blog from being read. */
function unlessRefused(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (storageFailureOf(error) === undefined) throw error;
  }
}
