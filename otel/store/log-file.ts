import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Options } from 'better-sqlite3';
import type { Clock } from '../base/clock.ts';
import { LOG_SCHEMA, MICROS_PER_MILLI } from './log-schema.ts';
import { LogSearch } from './log-search.ts';
import { LogWords } from './log-words.ts';
import { LogWriter, type UnstoredLine } from './log-writer.ts';
import { fileIdOf } from './set-aside.ts';

const SCHEMA_VERSION = 1;
/** How long to wait for another process that writes; what is not written is retried next time. */
const BUSY_TIMEOUT_MILLIS = 50;
/** How long to wait for another process that creates the tables on a slow disk. */
const OPEN_TIMEOUT_MILLIS = 2000;
/** 100 pages of 4 KiB: frequent small checkpoints, so that none takes long. */
const CHECKPOINT_PAGES = 100;

/** Counts over the life of the file, of all processes, and times in milliseconds. */
export type LogLedger = Readonly<
  Record<
    | 'stored'
    | 'removedByAge'
    | 'removedByBytes'
    | 'lost'
    | 'createdMillis'
    | 'removedUntilMillis'
    | 'lostUntilMillis',
    number
  >
>;

/** better-sqlite3's class; passed in, so that telemetry does not depend on a database package. */
export type DatabaseOpener = new (path: string, options: Options) => Database;

export interface LogFileOptions {
  /** Of the file. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** Log lines in an SQLite file of their own: their bound is that of the file, and damage to it costs nothing else. */
export class LogFile {
  readonly search: LogSearch;
  /** Id of the file that the path referred to at opening. */
  readonly fileId: string | undefined;
  readonly #database: Database;
  readonly #writer: LogWriter;

  /** Throws SQLite's error if the file cannot be opened, and an Error if it was written by a newer version. */
  constructor(Database: DatabaseOpener, path: string, options: LogFileOptions) {
    const { maxBytes, clock } = options;
    mkdirSync(dirname(path), { recursive: true });
    const before = fileIdOf(path);
    this.#database = new Database(path, { timeout: OPEN_TIMEOUT_MILLIS });
    this.fileId = before ?? fileIdOf(path);
    try {
      this.#prepareFile(path, clock.now());
      const words = new LogWords(this.#database, maxBytes);
      this.#writer = new LogWriter(this.#database, words);
      this.search = new LogSearch(this.#database, words, clock);
      this.#database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MILLIS}`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Writes all or none. @param lost Lines that were dropped before, the newest of them then. */
  append(
    lines: readonly UnstoredLine[],
    lost: { readonly lines: number; readonly untilMillis: number },
  ): void {
    this.#transaction(() => {
      this.#writer.append(lines);
      this.#add('stored', lines.length);
      if (lost.lines === 0) return;
      this.#add('lost', lost.lines);
      this.#raise('lostUntilMillis', lost.untilMillis);
    });
  }

  /** Removes at most `limit` of the oldest lines, only those before `beforeMillis`; returns how many. */
  removeOldest(reason: 'age' | 'bytes', limit: number, beforeMillis = Infinity): number {
    let removed = 0;
    this.#transaction(() => {
      const gone = this.#writer.removeOldest(limit, beforeMillis * MICROS_PER_MILLI);
      removed = gone.lines;
      if (removed === 0) return;
      this.#add(reason === 'age' ? 'removedByAge' : 'removedByBytes', removed);
      this.#raise('removedUntilMillis', Math.ceil(gone.lastId / MICROS_PER_MILLI));
    });
    return removed;
  }

  ledger(): LogLedger {
    const rows = this.#database
      .prepare<[], { name: string; value: number }>('SELECT name, value FROM ledger')
      .all();
    const nothing: LogLedger = {
      stored: 0,
      removedByAge: 0,
      removedByBytes: 0,
      lost: 0,
      createdMillis: 0,
      removedUntilMillis: 0,
      lostUntilMillis: 0,
    };
    return { ...nothing, ...Object.fromEntries(rows.map(({ name, value }) => [name, value])) };
  }

  /** Bytes in use; freed pages are reused and do not count. */
  get usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  get fileBytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size');
  }

  /** Gives free pages back to the disk, at most `pages`. */
  shrink(pages: number): void {
    this.#database.pragma(`incremental_vacuum(${pages})`);
  }

  close(): void {
    this.#database.close();
  }

  #prepareFile(path: string, nowMillis: number): void {
    const version = this.#pragma('user_version');
    if (version > SCHEMA_VERSION)
      throw new Error(
        `${path} was written by a newer version (${version}, this one supports ${SCHEMA_VERSION})`,
      );
    if (version === 0) this.#database.pragma('auto_vacuum = INCREMENTAL');
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    if (version === SCHEMA_VERSION) return;
    this.#transaction(() => {
      // Two processes may create the same file.
      if (this.#pragma('user_version') === SCHEMA_VERSION) return;
      this.#database.exec(LOG_SCHEMA + LogWords.SCHEMA);
      this.#raise('createdMillis', nowMillis);
      this.#database.pragma(`user_version = ${SCHEMA_VERSION}`);
    });
  }

  #add(name: keyof LogLedger, value: number): void {
    this.#database
      .prepare('INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value')
      .run(name, value);
  }

  #raise(name: keyof LogLedger, value: number): void {
    this.#database
      .prepare(
        'INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)',
      )
      .run(name, Math.floor(value));
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }));
  }
}
