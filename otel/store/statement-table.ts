import type { Database } from 'better-sqlite3';
import type { StatementNames } from '../base/operation-types.ts';

/** Texts and summaries of statements in the history file: a series name holds only the beginning of a long text. */
export class StatementTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS statement (
        series TEXT PRIMARY KEY,
        text TEXT,
        summary TEXT NOT NULL,
        told_millis REAL NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  }

  add({ series, text, summary }: StatementNames, nowMillis: number): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO statement (series, text, summary, told_millis) VALUES (?, ?, ?, ?)')
      .run(series, text ?? null, summary, nowMillis);
  }

  all(): readonly StatementNames[] {
    return this.#database
      .prepare<[], { series: string; text: string | null; summary: string }>(
        'SELECT series, text, summary FROM statement',
      )
      .all()
      .map(({ series, text, summary }) => ({ series, text: text ?? undefined, summary }));
  }

  /** Removes the least recently written ones. */
  bound(limit: number): void {
    this.#database
      .prepare(
        'DELETE FROM statement WHERE series IN (SELECT series FROM statement ORDER BY told_millis DESC LIMIT -1 OFFSET ?)',
      )
      .run(limit);
  }
}
