import type { Database, Statement } from 'better-sqlite3';
import type { CountCell } from './count-cells.ts';

/** Business counts in the history file, by tier and time; each process has its own cells. Each call is synchronous and short. */
export class BusinessTable {
  readonly #database: Database;
  readonly #save: Statement<[number, number, number, number, string]>;
  readonly #expire: Statement<[number, number]>;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS business_count (
        tier INTEGER NOT NULL,
        start_millis REAL NOT NULL,
        process_started_millis REAL NOT NULL,
        expires_millis REAL NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (tier, start_millis, process_started_millis)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS business_count_by_expiry ON business_count (expires_millis);
    `);
    this.#save = database.prepare('INSERT OR REPLACE INTO business_count VALUES (?, ?, ?, ?, ?)');
    this.#expire = database.prepare(
      `DELETE FROM business_count WHERE (tier, start_millis, process_started_millis) IN
         (SELECT tier, start_millis, process_started_millis FROM business_count WHERE expires_millis <= ?
          ORDER BY expires_millis LIMIT ?)`,
    );
  }

  save({ tier, startMillis, counts }: CountCell, processStartedMillis: number, expiresMillis: number): void {
    const body = JSON.stringify(Object.fromEntries(counts));
    this.#save.run(tier, startMillis, processStartedMillis, expiresMillis, body);
  }

  /** Unexpired rows of other processes, oldest first. Unreadable rows are skipped. */
  *others(processStartedMillis: number, nowMillis: number): Iterable<CountCell> {
    const rows = this.#database
      .prepare<[number, number], { tier: number; start_millis: number; body: string }>(
        'SELECT tier, start_millis, body FROM business_count WHERE process_started_millis <> ? AND expires_millis > ? ORDER BY tier, start_millis',
      )
      .iterate(processStartedMillis, nowMillis);
    for (const { tier, start_millis: startMillis, body } of rows) {
      const counts = countsIn(body);
      if (counts !== undefined) yield { tier, startMillis, counts };
    }
  }

  expire(nowMillis: number, limit: number): number {
    return this.#expire.run(nowMillis, limit).changes;
  }
}

function countsIn(body: string): ReadonlyMap<string, number> | undefined {
  try {
    const entries = Object.entries(JSON.parse(body) as Record<string, unknown>);
    return new Map(entries.flatMap(([key, value]) => (typeof value === 'number' ? [[key, value]] : [])));
  } catch {
    return undefined;
  }
}
