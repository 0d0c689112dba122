import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Options } from 'better-sqlite3';
import { fileIdOf, pauseThread } from './set-aside.ts';

/** How long to wait for another process that writes; what is not written is retried next time. */
const BUSY_TIMEOUT_MILLIS = 50;
/** How long to wait for another process that creates the tables on a slow disk. */
const OPEN_TIMEOUT_MILLIS = 2000;
/** 100 pages of 4 KiB: frequent small checkpoints, so that none takes long. */
const CHECKPOINT_PAGES = 100;
/** SQLite waits for a lock itself, but fails at once while another process switches a new file to WAL. */
const BUSY_ATTEMPTS = 8;
const BUSY_PAUSE_MILLIS = 100;

/** better-sqlite3's class; passed in, so that telemetry does not depend on a database package. */
export type DatabaseOpener = new (path: string, options: Options) => Database;

/** An SQLite file with a version, which several processes read and write. */
export class SqliteFile {
  /** Id of the file that the path referred to at opening. */
  readonly fileId: string | undefined;
  protected readonly database: Database;

  /** Throws SQLite's error if the file cannot be opened. */
  constructor(Database: DatabaseOpener, path: string) {
    mkdirSync(dirname(path), { recursive: true });
    const before = fileIdOf(path);
    this.database = new Database(path, { timeout: OPEN_TIMEOUT_MILLIS });
    this.fileId = before ?? fileIdOf(path);
  }

  /** Bytes in use; freed pages are reused and do not count. */
  get usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** Bytes of the file itself. */
  get fileBytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size');
  }

  /** Runs `work` atomically. Written out, because `transaction()` of better-sqlite3 would create a function per call. */
  transaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }

  /** 0 before it has tables. */
  protected get version(): number {
    return this.#pragma('user_version');
  }

  /** A sentence about the version if it is a newer one than this; else undefined. */
  protected newerThan(supported: number, path: string): string | undefined {
    const { version } = this;
    return version > supported
      ? `${path} was written by a newer version (${version}, this one supports ${supported})`
      : undefined;
  }

  /** Switches to WAL and raises the version. @param change Makes the tables from those of the version that it receives. */
  protected raiseVersion(version: number, change: (found: number) => void): void {
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = NORMAL');
    this.database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    if (this.version === version) return;
    this.transaction(() => {
      // Two processes may create the same file.
      const found = this.version;
      if (found === version) return;
      change(found);
      this.database.pragma(`user_version = ${version}`);
    });
  }

  /** Call it at the end of the opening: from now on, it waits less long for other processes. */
  protected opened(): void {
    this.database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MILLIS}`);
  }

  #pragma(name: string): number {
    return Number(this.database.pragma(name, { simple: true }));
  }
}

/** Retries while other processes create the same file. */
export function whenFree<T>(open: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return open();
    } catch (error) {
      if (attempt === BUSY_ATTEMPTS || Object(error).code !== 'SQLITE_BUSY') throw error;
    }
    pauseThread(BUSY_PAUSE_MILLIS);
  }
}

/** Returns true for SQLite's result codes of damage: not a database, malformed, or foreign tables. */
export function isDamage(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string') return false;
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return true;
  return code === 'SQLITE_ERROR' && /no such (table|column)|already exists/.test(String(message));
}
