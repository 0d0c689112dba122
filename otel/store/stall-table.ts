import type { Database } from 'better-sqlite3';
import type { Stall } from '../query.ts';

type StallRow = { body: string };

/** Stalls in the history file, as JSON. Each call is synchronous and short. */
export class StallTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS stall (
        stall INTEGER PRIMARY KEY AUTOINCREMENT,
        at_millis REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
    `);
  }

  add(stall: Stall): void {
    this.#database
      .prepare('INSERT INTO stall (at_millis, body) VALUES (?, ?)')
      .run(stall.atMillis, JSON.stringify(stall));
  }

  /** The newest `limit`, oldest first. A damaged one is skipped. */
  newest(limit: number): readonly Stall[] {
    return this.#database
      .prepare<[number], StallRow>('SELECT body FROM stall ORDER BY at_millis DESC, stall DESC LIMIT ?')
      .all(limit)
      .toReversed()
      .flatMap(({ body }) => stallIn(body));
  }

  /** True if older ones were removed. */
  get hasRemoved(): boolean {
    const first = this.#database
      .prepare<[], { first: number | null }>('SELECT MIN(stall) AS first FROM stall')
      .get();
    return (first?.first ?? 1) > 1;
  }

  /** Keeps the newest `limit`. */
  bound(limit: number): void {
    this.#database
      .prepare(
        'DELETE FROM stall WHERE stall <= (SELECT stall FROM stall ORDER BY stall DESC LIMIT 1 OFFSET ?)',
      )
      .run(limit);
  }
}

function stallIn(body: string): Stall[] {
  try {
    return [JSON.parse(body) as Stall];
  } catch {
    return [];
  }
}
