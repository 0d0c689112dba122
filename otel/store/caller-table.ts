import type { Database } from 'better-sqlite3';
import type { Calls } from '../aggregate/series-book.ts';

/** Callers of statements in the history file: sums over all processes. */
export class CallerTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS statement_caller (
        statement TEXT NOT NULL,
        caller TEXT NOT NULL,
        calls INTEGER NOT NULL,
        seen_millis REAL NOT NULL,
        PRIMARY KEY (statement, caller)
      ) STRICT, WITHOUT ROWID;
    `);
  }

  /** Adds to existing counts, because other processes add theirs. */
  add({ statement, caller, calls }: Calls, nowMillis: number): void {
    this.#database
      .prepare(
        `INSERT INTO statement_caller (statement, caller, calls, seen_millis) VALUES (?, ?, ?, ?)
         ON CONFLICT (statement, caller) DO UPDATE SET calls = calls + excluded.calls, seen_millis = excluded.seen_millis`,
      )
      .run(statement, caller, calls, nowMillis);
  }

  /** The most recent ones, ordered by ascending calls. */
  newest(limit: number): readonly Calls[] {
    return this.#database
      .prepare<[number], Calls>(
        `SELECT statement, caller, calls FROM
           (SELECT * FROM statement_caller ORDER BY seen_millis DESC LIMIT ?) ORDER BY calls`,
      )
      .all(limit);
  }

  /** Removes those not called since the cutoff, and the least recent beyond `limit`. */
  bound(cutoffMillis: number, limit: number): void {
    this.#database.prepare('DELETE FROM statement_caller WHERE seen_millis < ?').run(cutoffMillis);
    this.#database
      .prepare(
        `DELETE FROM statement_caller WHERE seen_millis <
           (SELECT seen_millis FROM statement_caller ORDER BY seen_millis DESC LIMIT 1 OFFSET ?)`,
      )
      .run(limit);
  }
}
