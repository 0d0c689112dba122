import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Database, Statement } from 'better-sqlite3';
import type { RequestsSummary } from '../aggregate/request-lists.ts';
import type { TimeRange } from '../query.ts';

/** Lists of requests of one name in an hour of a process, or in a day of all. */
export interface StoredLists {
  readonly list: number;
  readonly name: string;
  readonly startMillis: number;
  readonly endMillis: number;
  /** Of the hour and process; empty for a day. */
  readonly cell: string;
  readonly lists: RequestsSummary;
}

interface Row extends Omit<StoredLists, 'lists'> {
  readonly body: Buffer;
}

const COLUMNS = 'list, name, start_millis AS startMillis, end_millis AS endMillis, cell, body';
const MAX_BODY_BYTES = 10_000_000;

/** Lists of requests in the history file, as compressed JSON. Each call is synchronous and short. */
export class ListTable {
  readonly #save: Statement<[string, number, number, string, number, Buffer]>;
  readonly #read: Statement<[string, number, number], Row>;
  readonly #expired: Statement<[number, number]>;
  readonly #dropOldest: Statement<[number]>;
  readonly #oldHour: Statement<[number], Row>;
  readonly #day: Statement<[string, number, number], Row>;
  readonly #delete: Statement<[number]>;
  readonly #extent: Statement<[], { readonly oldest: number | null; readonly bytes: number | null }>;

  constructor(database: Database) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS request_list (
        list INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        start_millis REAL NOT NULL,
        end_millis REAL NOT NULL,
        cell TEXT NOT NULL,
        from_millis REAL NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (name, start_millis, end_millis, cell)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS request_list_by_end ON request_list (end_millis, from_millis, length(body));
      CREATE INDEX IF NOT EXISTS request_list_of_hours ON request_list (end_millis) WHERE cell <> '';
    `);
    this.#save = database.prepare(
      `INSERT INTO request_list (name, start_millis, end_millis, cell, from_millis, body) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (name, start_millis, end_millis, cell) DO UPDATE SET body = excluded.body, from_millis = excluded.from_millis`,
    );
    this.#read = database.prepare(
      `SELECT ${COLUMNS} FROM request_list WHERE name = ? AND start_millis < ? AND end_millis > ?`,
    );
    this.#expired = database.prepare(
      'DELETE FROM request_list WHERE list IN (SELECT list FROM request_list WHERE end_millis <= ? ORDER BY end_millis LIMIT ?)',
    );
    this.#dropOldest = database.prepare(
      'DELETE FROM request_list WHERE list IN (SELECT list FROM request_list ORDER BY end_millis LIMIT ?)',
    );
    this.#oldHour = database.prepare(
      `SELECT ${COLUMNS} FROM request_list WHERE cell <> '' AND end_millis <= ? ORDER BY end_millis LIMIT 1`,
    );
    this.#day = database.prepare(
      `SELECT ${COLUMNS} FROM request_list WHERE name = ? AND start_millis = ? AND end_millis = ? AND cell = ''`,
    );
    this.#delete = database.prepare('DELETE FROM request_list WHERE list = ?');
    this.#extent = database.prepare(
      'SELECT MIN(from_millis) AS oldest, SUM(length(body)) AS bytes FROM request_list',
    );
  }

  save({ name, startMillis, endMillis, cell, lists }: Omit<StoredLists, 'list'>): void {
    const body = deflateRawSync(JSON.stringify(lists));
    this.#save.run(name, startMillis, endMillis, cell, lists.fromMillis, body);
  }

  /** Those of a name that overlap a range; damaged ones are skipped. */
  read(name: string, range: TimeRange): readonly StoredLists[] {
    return this.#read.all(name, range.toMillis, range.fromMillis).flatMap(listsIn);
  }

  /** The oldest hour that ended before the cutoff; a damaged one is removed. */
  oldHour(cutoffMillis: number): StoredLists | undefined {
    const row = this.#oldHour.get(cutoffMillis);
    if (row === undefined) return undefined;
    const [found] = listsIn(row);
    if (found === undefined) this.delete(row.list);
    return found;
  }

  day(name: string, startMillis: number, endMillis: number): StoredLists | undefined {
    const row = this.#day.get(name, startMillis, endMillis);
    return row && listsIn(row)[0];
  }

  delete(list: number): void {
    this.#delete.run(list);
  }

  /** Removes what ended before the cutoff; returns how many. */
  expire(cutoffMillis: number, limit: number): number {
    return this.#expired.run(cutoffMillis, limit).changes;
  }

  dropOldest(limit: number): number {
    return this.#dropOldest.run(limit).changes;
  }

  /** Start of the oldest counts, and bytes of all. */
  extent(): { readonly oldestMillis: number | undefined; readonly bytes: number } {
    const found = this.#extent.get();
    return { oldestMillis: found?.oldest ?? undefined, bytes: found?.bytes ?? 0 };
  }
}

function listsIn({ body, ...row }: Row): StoredLists[] {
  try {
    const text = inflateRawSync(body, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8');
    const lists = JSON.parse(text) as RequestsSummary;
    const { addresses, referrers, browsers, bots, clients = addresses } = lists;
    const isWhole = [addresses, referrers, browsers, bots, clients].every(
      ({ total, unlisted, rows }) => Number.isFinite(total + unlisted) && Array.isArray(rows),
    );
    return isWhole ? [{ ...row, lists }] : [];
  } catch {
    return [];
  }
}
