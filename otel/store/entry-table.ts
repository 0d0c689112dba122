import type { Database } from 'better-sqlite3';

/** A table of entries, and how they are ordered. */
export interface EntryTableOptions<Entry> {
  readonly table: string;
  /** Of its column of numbers, in the order in which entries were added. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly timeOf: (entry: Entry) => number;
  /** By what the newest are found: some are only known long after their time. */
  readonly newestBy: 'time' | 'key';
}

/** Entries of one kind in the history file, as JSON. Each call is synchronous and short. */
export class EntryTable<Entry> {
  readonly #database: Database;
  readonly #options: EntryTableOptions<Entry>;

  constructor(database: Database, options: EntryTableOptions<Entry>) {
    this.#database = database;
    this.#options = options;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${options.table} (
        ${options.key} INTEGER PRIMARY KEY AUTOINCREMENT,
        at_millis REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
    `);
  }

  add(entry: Entry): void {
    const { table, timeOf } = this.#options;
    this.#database
      .prepare(`INSERT INTO ${table} (at_millis, body) VALUES (?, ?)`)
      .run(timeOf(entry), JSON.stringify(entry));
  }

  /** The newest `limit`, oldest first. A damaged one is skipped. */
  newest(limit: number): readonly Entry[] {
    const { table, key, newestBy } = this.#options;
    const order = newestBy === 'time' ? `at_millis DESC, ${key} DESC` : `${key} DESC`;
    return this.#database
      .prepare<[number], { body: string }>(`SELECT body FROM ${table} ORDER BY ${order} LIMIT ?`)
      .all(limit)
      .toReversed()
      .flatMap(({ body }) => entryIn<Entry>(body));
  }

  /** True if older ones were removed. */
  get hasRemoved(): boolean {
    const { table, key } = this.#options;
    const first = this.#database
      .prepare<[], { first: number | null }>(`SELECT MIN(${key}) AS first FROM ${table}`)
      .get();
    return (first?.first ?? 1) > 1;
  }

  /** Keeps the newest `limit`, by when they were added. */
  bound(limit: number): void {
    const { table, key } = this.#options;
    this.#database
      .prepare(
        `DELETE FROM ${table} WHERE ${key} <= (SELECT ${key} FROM ${table} ORDER BY ${key} DESC LIMIT 1 OFFSET ?)`,
      )
      .run(limit);
  }
}

function entryIn<Entry>(body: string): Entry[] {
  try {
    return [JSON.parse(body) as Entry];
  } catch {
    return [];
  }
}
