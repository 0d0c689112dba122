import type { Database, Statement } from 'better-sqlite3';
import { dayIn, momentOf } from '../markup/zoned-time.ts';
import { PostWriter } from './post-writer.ts';

interface DayRow {
  readonly id: number;
  readonly published_at: number | null;
  readonly updated_at: number;
  /** The zone in which the source's day began; null for a source that says a moment. */
  readonly published_in: string | null;
  readonly updated_in: string | null;
}

/**
 * Imported posts whose source gives a day, not a moment: its first moment in the blog's zone. In another zone they keep the day. A date
 * that the owner set since, and every other one, is a moment, and stays.
 */
export class ImportedDays {
  readonly #database: Database;
  readonly #writer: PostWriter;
  readonly #rows: Statement<[string], DayRow>;
  readonly #moved: Statement<[{ zone: string }]>;

  constructor(database: Database) {
    this.#database = database;
    this.#writer = new PostWriter(database);
    this.#rows = database.prepare(
      `SELECT posts.id, posts.published_at, posts.updated_at, published_in, updated_in
       FROM imported_posts JOIN posts ON posts.id = imported_posts.post_id
       WHERE coalesce(published_in, updated_in) <> ?`,
    );
    this.#moved = database.prepare(
      `UPDATE imported_posts SET published_in = iif(published_in IS NULL, NULL, @zone), updated_in = iif(updated_in IS NULL, NULL, @zone)`,
    );
  }

  /** Moves them to the zone, in one transaction with `change`, which writes the setting. */
  moveTo(timeZone: string, change: () => void): void {
    const all = this.#database.transaction(() => {
      for (const row of this.#rows.all(timeZone)) {
        const published = dayStart(row.published_at, row.published_in, timeZone);
        const updated = dayStart(row.updated_at, row.updated_in, timeZone);
        if (published !== row.published_at || updated !== row.updated_at)
          this.#writer.replaceTimes(row.id, published, updated);
      }
      this.#moved.run({ zone: timeZone });
      change();
    });
    all.immediate();
  }
}

/** The first moment of the same day in another zone; the same moment if it is not that of a day in the former one. */
function dayStart<T extends number | null>(millis: T, former: string | null, timeZone: string): T | number {
  if (millis === null || former === null) return millis;
  const { year, month, day } = dayIn(millis, former);
  const start = new Date(0).setUTCFullYear(year, month - 1, day);
  return momentOf(start, former) === millis ? momentOf(start, timeZone) : millis;
}
