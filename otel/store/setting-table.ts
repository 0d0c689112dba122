import type { Database } from 'better-sqlite3';
import type { PageValue, SettingsChange } from '../base/settings-change.ts';

/** A change, with everything set on the page after it. */
export interface SavedChange {
  readonly change: SettingsChange;
  readonly page: ReadonlyMap<string, PageValue>;
}

/** Changed settings in the history file. Each call is synchronous and short. */
export class SettingTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`CREATE TABLE IF NOT EXISTS setting_change (
      change INTEGER PRIMARY KEY AUTOINCREMENT,
      body TEXT NOT NULL
    ) STRICT`);
  }

  /** Number of the newest change; 0 without any. */
  get last(): number {
    const row = this.#database
      .prepare<[], { last: number | null }>('SELECT max(change) AS last FROM setting_change')
      .get();
    return row?.last ?? 0;
  }

  /** Keeps the newest `limit`. */
  add({ change, page }: SavedChange, limit: number): void {
    this.#database
      .prepare('INSERT INTO setting_change (body) VALUES (?)')
      .run(JSON.stringify({ ...change, page: Object.fromEntries(page) }));
    this.#database
      .prepare(
        'DELETE FROM setting_change WHERE change <= (SELECT change FROM setting_change ORDER BY change DESC LIMIT 1 OFFSET ?)',
      )
      .run(limit);
  }

  /** The newest `limit`, oldest first. An unreadable one is passed to `skip` and left out. */
  newest(limit: number, skip: (error: unknown) => void): readonly SavedChange[] {
    return this.#database
      .prepare<[number], { body: string }>('SELECT body FROM setting_change ORDER BY change DESC LIMIT ?')
      .all(limit)
      .toReversed()
      .flatMap(({ body }) => {
        try {
          return [savedChange(JSON.parse(body))];
        } catch (error) {
          skip(error);
          return [];
        }
      });
  }
}

/** Throws TypeError for anything that `add` did not write. */
function savedChange(body: unknown): SavedChange {
  const { atMillis, who, changes, page } = Object(body) as Record<string, unknown>;
  if (typeof atMillis !== 'number' || typeof who !== 'string' || !Array.isArray(changes))
    throw new TypeError('Expected a change of settings');
  const values = Object.entries(Object(page) as Record<string, PageValue>);
  for (const [name, { text }] of values)
    if (typeof text !== 'string') throw new TypeError(`Expected the text of ${name}`);
  return { change: { atMillis, who, changes }, page: new Map(values) };
}
