import type { Database, Statement } from 'better-sqlite3';
import { FIRST_KEPT_TIER, TIERS } from '../aggregate/tiers.ts';
import type { TimeRange } from '../query.ts';

const DAY_MILLIS = 86_400_000;
/** The row without its body, and its share of the index; estimated. */
const ROW_BYTES = 60;

export interface CountRow {
  /** `rollUpKey` of the series. */
  readonly key: string;
  readonly startMillis: number;
  readonly owner: number;
  readonly body: Uint8Array;
}

/** Rows of counts in the history file, by series, tier, time and owner. */
export class RollUpTable {
  static readonly SCHEMA = `
    CREATE TABLE IF NOT EXISTS count_series (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE IF NOT EXISTS count (
      series INTEGER NOT NULL,
      tier INTEGER NOT NULL,
      start_millis REAL NOT NULL,
      owner INTEGER NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (series, tier, start_millis, owner)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS count_by_start ON count (tier, start_millis);
    CREATE TABLE IF NOT EXISTS count_gone (tier INTEGER PRIMARY KEY, before_millis REAL NOT NULL) STRICT;
  `;
  readonly #database: Database;
  readonly #days: number;
  readonly #save: Statement<[number, number, number, number, Uint8Array]>;
  readonly #ofSeries: Statement<[string, number, number, number], CountRow>;
  readonly #ofAll: Statement<[number, number, number], CountRow>;
  readonly #ofOwner: Statement<[number, number, number, number], CountRow>;
  readonly #oldest: Statement<[number], number | null>;
  readonly #oldestRows: Statement<[number, number, number], { start: number; bytes: number }>;
  readonly #delete: Statement<[number, number]>;
  readonly #noteGone: Statement<[number, number]>;
  readonly #gone: Statement<[number], number>;
  readonly #seriesIds = new Map<string, number>();
  #bytes: number;

  /** @param days How long counts are kept at most; a tier may keep its own for less. */
  constructor(database: Database, days: number) {
    this.#database = database;
    this.#days = days;
    this.#save = database.prepare(
      'INSERT OR REPLACE INTO count (series, tier, start_millis, owner, body) VALUES (?, ?, ?, ?, ?)',
    );
    const columns =
      'SELECT key, start_millis AS startMillis, owner, body FROM count JOIN count_series ON id = series';
    const within = 'tier = ? AND start_millis >= ? AND start_millis < ?';
    this.#ofSeries = database.prepare(`${columns} WHERE key = ? AND ${within}`);
    this.#ofAll = database.prepare(`${columns} WHERE ${within}`);
    this.#ofOwner = database.prepare(`${columns} WHERE ${within} AND owner = ?`);
    this.#oldest = database
      .prepare<[number], number | null>('SELECT min(start_millis) FROM count WHERE tier = ?')
      .pluck();
    this.#oldestRows = database.prepare(
      `SELECT start_millis AS start, sum(length(body) + ${ROW_BYTES}) AS bytes FROM count
       WHERE tier = ? AND start_millis < ? GROUP BY start_millis ORDER BY start_millis LIMIT ?`,
    );
    this.#delete = database.prepare('DELETE FROM count WHERE tier = ? AND start_millis = ?');
    this.#noteGone = database.prepare(
      `INSERT INTO count_gone (tier, before_millis) VALUES (?, ?)
       ON CONFLICT (tier) DO UPDATE SET before_millis = max(before_millis, excluded.before_millis)`,
    );
    this.#gone = database
      .prepare<[number], number>('SELECT before_millis FROM count_gone WHERE tier = ?')
      .pluck();
    this.#bytes = database
      .prepare<[], number>(`SELECT coalesce(sum(length(body) + ${ROW_BYTES}), 0) FROM count`)
      .pluck()
      .get()!;
  }

  /** Size of all rows, estimated; rows added by other processes since the start are not included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Start of the counts, by the finest tier that still holds all of it; undefined without any. */
  get oldestMillis(): number | undefined {
    let found: number | undefined;
    for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++) {
      found = this.#oldest.get(tier) ?? found;
      if (found !== undefined && this.goneBefore(tier) === -Infinity) break;
    }
    return found;
  }

  /** Replaces an existing row. */
  save(tier: number, { key, startMillis, owner, body }: CountRow): void {
    this.#save.run(this.#seriesId(key), tier, startMillis, owner, body);
    this.#bytes += body.length + ROW_BYTES;
  }

  /** Rows that begin in a range, of one series or of all. */
  rows(tier: number, { fromMillis, toMillis }: TimeRange, key?: string): Iterable<CountRow> {
    return key === undefined
      ? this.#ofAll.iterate(tier, fromMillis, toMillis)
      : this.#ofSeries.iterate(key, tier, fromMillis, toMillis);
  }

  rowsOf(owner: number, tier: number, { fromMillis, toMillis }: TimeRange): readonly CountRow[] {
    return this.#ofOwner.all(tier, fromMillis, toMillis, owner);
  }

  deleteOf(owner: number, tier: number, fromMillis: number): void {
    this.#database
      .prepare('DELETE FROM count WHERE tier = ? AND start_millis >= ? AND owner = ?')
      .run(tier, fromMillis, owner);
  }

  /** Starts of a tier's slots that other owners have counted in. */
  startsBut(owners: readonly number[], tier: number): readonly number[] {
    return this.#database
      .prepare<[number], number>(
        `SELECT DISTINCT start_millis FROM count WHERE tier = ? AND owner NOT IN (${owners.join()})`,
      )
      .pluck()
      .all(tier);
  }

  /** Start of what a tier holds; earlier counts were never there or have been removed. -Infinity if it holds all. */
  goneBefore(tier: number): number {
    return this.#gone.get(tier) ?? -Infinity;
  }

  /** Earlier counts are in a file that had to be set aside. */
  beginAt(millis: number): void {
    for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++) this.#noteGone.run(tier, millis);
  }

  /** No tier holds anything before its oldest row, because another process may have expired rows. */
  beginAtOldest(): void {
    const newestMillis = this.#database
      .prepare<[], number | null>('SELECT max(start_millis) FROM count')
      .pluck()
      .get();
    for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++)
      this.#noteGone.run(tier, this.#oldest.get(tier) ?? (newestMillis ?? 0) + TIERS[tier]!.widthMillis);
  }

  /** Removes at most `limit` expired slots of each tier; returns the number removed. */
  expire(nowMillis: number, limit: number): number {
    let gone = 0;
    for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++)
      gone += this.#drop(tier, this.keptFrom(nowMillis, tier), limit);
    return gone;
  }

  /** Expiry limit of a tier; the coarsest keeps the configured number of days. */
  keptFrom(nowMillis: number, tier = TIERS.length - 1): number {
    const { widthMillis, retentionMillis } = TIERS[tier]!;
    const daysMillis = this.#days * DAY_MILLIS;
    const keptMillis = tier === TIERS.length - 1 ? daysMillis : Math.min(retentionMillis, daysMillis);
    return nowMillis - keptMillis - widthMillis;
  }

  /** Removes the oldest slots of the finest non-empty tier: coarser ones hold the same in fewer bytes. Returns the number removed. */
  dropOldest(limit: number): number {
    for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++) {
      const gone = this.#drop(tier, Infinity, limit);
      if (gone > 0) return gone;
    }
    return 0;
  }

  #drop(tier: number, beforeMillis: number, limit: number): number {
    const slots = this.#oldestRows.all(tier, beforeMillis, limit);
    for (const { start, bytes } of slots) {
      this.#delete.run(tier, start);
      this.#bytes -= bytes;
    }
    const last = slots.at(-1);
    if (last !== undefined) this.#noteGone.run(tier, last.start + TIERS[tier]!.widthMillis);
    return slots.length;
  }

  #seriesId(key: string): number {
    const known = this.#seriesIds.get(key);
    if (known !== undefined) return known;
    this.#database.prepare('INSERT INTO count_series (key) VALUES (?) ON CONFLICT (key) DO NOTHING').run(key);
    const id = this.#database
      .prepare<[string], number>('SELECT id FROM count_series WHERE key = ?')
      .pluck()
      .get(key)!;
    this.#seriesIds.set(key, id);
    return id;
  }
}
