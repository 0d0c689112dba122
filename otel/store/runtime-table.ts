import type { Database, Statement } from 'better-sqlite3';
import type { RuntimeSample } from '../query.ts';
import { RUNTIME_FIELDS, sampleOf } from './packed-samples.ts';

/** Samples of a tier in the history file, of every process, identified by its start. Each call is synchronous and short. */
export class RuntimeTable {
  readonly #save: Statement<[number, number, number, string]>;
  readonly #bound: Statement<[number, number, number]>;
  readonly #newest: Statement<[number, number], { body: string }>;

  constructor(database: Database) {
    database.exec(`CREATE TABLE IF NOT EXISTS runtime_sample (
      tier INTEGER NOT NULL,
      at_millis REAL NOT NULL,
      process_started_millis REAL NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (tier, at_millis, process_started_millis)
    ) STRICT, WITHOUT ROWID`);
    this.#save = database.prepare('INSERT OR REPLACE INTO runtime_sample VALUES (?, ?, ?, ?)');
    this.#newest = database.prepare(
      'SELECT body FROM runtime_sample WHERE tier = ? ORDER BY at_millis DESC LIMIT ?',
    );
    this.#bound = database.prepare(
      `DELETE FROM runtime_sample WHERE tier = ? AND at_millis <=
         (SELECT at_millis FROM runtime_sample WHERE tier = ? ORDER BY at_millis DESC LIMIT 1 OFFSET ?)`,
    );
  }

  save(tier: number, sample: RuntimeSample): void {
    const body = JSON.stringify(RUNTIME_FIELDS.map((field) => sample[field]));
    this.#save.run(tier, sample.atMillis, sample.processStartedAtMillis, body);
  }

  /** The newest `limit` of a tier, oldest first. Unreadable rows are skipped. */
  newest(tier: number, limit: number): readonly RuntimeSample[] {
    return this.#newest
      .all(tier, limit)
      .flatMap(({ body }) => samplesIn(body))
      .toReversed();
  }

  /** Keeps the newest `limit` of a tier. */
  bound(tier: number, limit: number): void {
    this.#bound.run(tier, tier, limit);
  }
}

function samplesIn(body: string): readonly RuntimeSample[] {
  try {
    const numbers: unknown = JSON.parse(body);
    return Array.isArray(numbers) && numbers.length > 2 ? [sampleOf(numbers)] : [];
  } catch {
    return [];
  }
}
