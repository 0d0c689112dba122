import type { Database, Statement } from 'better-sqlite3';
import type { RollUp } from '../aggregate/roll-ups.ts';

/** The counts of the history file, by tier, time and series. Every call is synchronous and short. */
export class RollUpTable {
  /** Since version 1 of the file. */
  static readonly SCHEMA = `
    CREATE TABLE roll_up (
      tier INTEGER NOT NULL,
      start_millis REAL NOT NULL,
      series TEXT NOT NULL,
      expires_millis REAL NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (tier, start_millis, series)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX roll_up_by_expiry ON roll_up (expires_millis);
  `;
  readonly #database: Database;
  readonly #save: Statement<[number, number, string, number, Uint8Array]>;
  readonly #expire: Statement<[number, number]>;

  constructor(database: Database) {
    this.#database = database;
    this.#save = database.prepare(
      `INSERT OR REPLACE INTO roll_up (tier, start_millis, series, expires_millis, body) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#expire = database.prepare(
      `DELETE FROM roll_up WHERE (tier, start_millis, series) IN
         (SELECT tier, start_millis, series FROM roll_up WHERE expires_millis <= ? ORDER BY expires_millis LIMIT ?)`,
    );
  }

  save({ tier, startMillis, series, expiresMillis, body }: RollUp): void {
    this.#save.run(tier, startMillis, series, expiresMillis, body);
  }

  /** Those that have not expired, oldest first. */
  *all(nowMillis: number): Iterable<RollUp> {
    const rows = this.#database
      .prepare<
        [number],
        { tier: number; start_millis: number; series: string; expires_millis: number; body: Buffer }
      >('SELECT * FROM roll_up WHERE expires_millis > ? ORDER BY tier, start_millis')
      .iterate(nowMillis);
    for (const row of rows) {
      yield {
        tier: row.tier,
        startMillis: row.start_millis,
        series: row.series,
        expiresMillis: row.expires_millis,
        body: row.body,
      };
    }
  }

  /** Removes at most `limit` that have expired; returns how many. */
  expire(nowMillis: number, limit: number): number {
    return this.#expire.run(nowMillis, limit).changes;
  }

  /** Removes those that expire next; returns how many. */
  dropOldest(limit: number): number {
    return this.#database
      .prepare(
        `DELETE FROM roll_up WHERE (tier, start_millis, series) IN
           (SELECT tier, start_millis, series FROM roll_up ORDER BY expires_millis LIMIT ?)`,
      )
      .run(limit).changes;
  }
}
