import type { Clock } from '../base/clock.ts';
import { LOG_SCHEMA, MICROS_PER_MILLI } from './log-schema.ts';
import type { LineProcess } from '../base/log-search.ts';
import { LogProcesses } from './log-processes.ts';
import { LogSearch } from './log-search.ts';
import { LogWords } from './log-words.ts';
import { LogWriter, type UnstoredLine } from './log-writer.ts';
import { type DatabaseOpener, SqliteFile } from './sqlite-file.ts';

const SCHEMA_VERSION = 1;

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

export interface LogFileOptions {
  /** Of the file. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /** This process, for its lines. */
  readonly self?: LineProcess | undefined;
}

/** Log lines in an SQLite file of their own: their bound is that of the file, and damage to it costs nothing else. */
export class LogFile extends SqliteFile {
  readonly search: LogSearch;
  readonly #writer: LogWriter;

  /** Throws SQLite's error if the file cannot be opened, and an Error if it was written by a newer version. */
  constructor(Database: DatabaseOpener, path: string, options: LogFileOptions) {
    const { maxBytes, clock, self } = options;
    super(Database, path);
    try {
      this.#prepareFile(path, clock.now());
      const words = new LogWords(this.database, maxBytes);
      this.database.exec(LogProcesses.SCHEMA);
      this.#writer = new LogWriter(this.database, words, new LogProcesses(this.database, self));
      this.search = new LogSearch(this.database, words, clock);
      this.opened();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Writes all or none. @param lost Lines that were dropped before, the newest of them then. */
  append(
    lines: readonly UnstoredLine[],
    lost: { readonly lines: number; readonly untilMillis: number },
  ): void {
    this.transaction(() => {
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
    this.transaction(() => {
      const gone = this.#writer.removeOldest(limit, beforeMillis * MICROS_PER_MILLI);
      removed = gone.lines;
      if (removed === 0) return;
      this.#add(reason === 'age' ? 'removedByAge' : 'removedByBytes', removed);
      this.#raise('removedUntilMillis', Math.ceil(gone.lastId / MICROS_PER_MILLI));
    });
    return removed;
  }

  ledger(): LogLedger {
    const rows = this.database
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

  /** Gives free pages back to the disk, at most `pages`. */
  shrink(pages: number): void {
    this.database.pragma(`incremental_vacuum(${pages})`);
  }

  #prepareFile(path: string, nowMillis: number): void {
    const newer = this.newerThan(SCHEMA_VERSION, path);
    if (newer !== undefined) throw new Error(newer);
    if (this.version === 0) this.database.pragma('auto_vacuum = INCREMENTAL');
    this.raiseVersion(SCHEMA_VERSION, () => {
      this.database.exec(LOG_SCHEMA + LogWords.SCHEMA);
      this.#raise('createdMillis', nowMillis);
    });
  }

  #add(name: keyof LogLedger, value: number): void {
    this.database
      .prepare('INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value')
      .run(name, value);
  }

  #raise(name: keyof LogLedger, value: number): void {
    this.database
      .prepare(
        'INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)',
      )
      .run(name, Math.floor(value));
  }
}
