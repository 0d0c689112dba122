import type { Database, Statement } from 'better-sqlite3';

export interface TraceRow {
  readonly traceId: string;
  readonly endMillis: number;
  readonly pinned: boolean;
  readonly body: string;
}

/** The kept traces of the history file. Every call is synchronous and short; the caller decides when and how much. */
export class TraceTable {
  /** Since version 1 of the file. */
  static readonly SCHEMA = `
    CREATE TABLE trace (
      trace_id TEXT NOT NULL UNIQUE,
      end_millis REAL NOT NULL,
      pinned INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX trace_by_end ON trace (pinned, end_millis);
  `;
  readonly #database: Database;
  readonly #save: Statement<[string, number, number, string]>;
  readonly #add: Statement<[string, number, number, string]>;
  readonly #expire: Statement<[number, number]>;

  constructor(database: Database) {
    this.#database = database;
    const columns = `INTO trace (trace_id, end_millis, pinned, body) VALUES (?, ?, ?, ?) ON CONFLICT (trace_id) DO`;
    this.#save = database.prepare(
      `INSERT ${columns} UPDATE SET end_millis = excluded.end_millis, pinned = excluded.pinned, body = excluded.body`,
    );
    this.#add = database.prepare(`INSERT ${columns} NOTHING`);
    this.#expire = database.prepare(
      'DELETE FROM trace WHERE rowid IN (SELECT rowid FROM trace WHERE pinned = 0 AND end_millis < ? ORDER BY end_millis LIMIT ?)',
    );
  }

  save({ traceId, endMillis, pinned, body }: TraceRow): void {
    this.#save.run(traceId, endMillis, Number(pinned), body);
  }

  /** For a trace of which the file may hold more than memory does. */
  add({ traceId, endMillis, pinned, body }: TraceRow): void {
    this.#add.run(traceId, endMillis, Number(pinned), body);
  }

  /** The newest traces, newest first, pinned ones before all. */
  newest(limit: number): readonly TraceRow[] {
    const rows = this.#database
      .prepare<[number], { trace_id: string; end_millis: number; pinned: number; body: string }>(
        'SELECT trace_id, end_millis, pinned, body FROM trace ORDER BY pinned DESC, end_millis DESC LIMIT ?',
      )
      .all(limit);
    return rows.map((row) => ({
      traceId: row.trace_id,
      endMillis: row.end_millis,
      pinned: row.pinned === 1,
      body: row.body,
    }));
  }

  /** The text of one trace; undefined when the file does not hold it. */
  body(traceId: string): string | undefined {
    return this.#database
      .prepare<[string], string>('SELECT body FROM trace WHERE trace_id = ?')
      .pluck()
      .get(traceId);
  }

  /** Removes at most `limit` that ended before the cutoff; returns how many. Pinned ones stay. */
  expire(cutoffMillis: number, limit: number): number {
    return this.#expire.run(cutoffMillis, limit).changes;
  }

  /** Removes the oldest, pinned ones last; returns how many. */
  dropOldest(limit: number): number {
    return this.#database
      .prepare(
        'DELETE FROM trace WHERE rowid IN (SELECT rowid FROM trace ORDER BY pinned, end_millis LIMIT ?)',
      )
      .run(limit).changes;
  }
}
