import type { Database } from 'better-sqlite3';
import type { OwnCode, UnaskedRequests } from '../base/own-code.ts';

export type OwnCodeEntry = OwnCode | UnaskedRequests;

type EntryRow = { body: string };

/** What is known of requests' own time, in the history file, as JSON. Each call is synchronous and short. */
export class OwnCodeTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS own_code (
        entry INTEGER PRIMARY KEY AUTOINCREMENT,
        at_millis REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
    `);
  }

  add(entry: OwnCodeEntry): void {
    this.#database
      .prepare('INSERT INTO own_code (at_millis, body) VALUES (?, ?)')
      .run(endOfEntry(entry), JSON.stringify(entry));
  }

  /** The newest `limit`, in the order in which they were added. A damaged one is skipped. */
  newest(limit: number): readonly OwnCodeEntry[] {
    return this.#database
      .prepare<[number], EntryRow>('SELECT body FROM own_code ORDER BY entry DESC LIMIT ?')
      .all(limit)
      .toReversed()
      .flatMap(({ body }) => entryIn(body));
  }

  /** True if older ones were removed. */
  get hasRemoved(): boolean {
    const first = this.#database
      .prepare<[], { first: number | null }>('SELECT MIN(entry) AS first FROM own_code')
      .get();
    return (first?.first ?? 1) > 1;
  }

  /** Keeps the newest `limit`. */
  bound(limit: number): void {
    this.#database
      .prepare(
        'DELETE FROM own_code WHERE entry <= (SELECT entry FROM own_code ORDER BY entry DESC LIMIT 1 OFFSET ?)',
      )
      .run(limit);
  }
}

export function endOfEntry(entry: OwnCodeEntry): number {
  return 'requests' in entry ? entry.toMillis : entry.atMillis;
}

function entryIn(body: string): OwnCodeEntry[] {
  try {
    return [JSON.parse(body) as OwnCodeEntry];
  } catch {
    return [];
  }
}
