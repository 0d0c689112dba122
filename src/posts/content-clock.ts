import type { Database, Statement } from 'better-sqlite3';
import { SHOWN_KEYS_SQL } from '../db/site-settings.ts';

/** State that every page depends on, besides its own post. */
export interface ContentState {
  /** Changes whenever visible content may have changed. */
  readonly key: string;
  /** Time of the change in epoch milliseconds; increases by at least a second per change, and is never before the start. */
  readonly changedMillis: number;
  /** True if there is a page at `about`. */
  readonly hasAbout: boolean;
}

interface StateRow {
  /** Counts commits of other connections, such as an import. */
  readonly others: number;
  /** Counts rows changed by this connection. */
  readonly own: number;
  readonly newest: number | null;
  readonly newest_id: number | null;
  readonly about: number;
}

const SECOND = 1000;

/**
 * Tracks the last change of visible content, for Last-Modified and caches: a listed post, the page `about`, the blog's settings, a scheduled
 * post that became visible; by any process. Drafts, scheduled and unlisted posts, sign-ins and sessions do not count, so that strangers cannot
 * learn when the owner works, or empty a cache. A request costs two counters and two index look-ups in one statement; after any write, one
 * pass over an index of listed posts. HTTP dates have whole seconds, so a second change within one second gets the next second.
 */
export class ContentClock {
  readonly #read: Statement<{ now: number }, StateRow>;
  readonly #listed: Statement<{ now: number }, string>;
  readonly #now: () => number;
  #written = '';
  #key = '';
  #changedMillis: number;

  constructor(database: Database, options: { readonly now: () => number }) {
    this.#now = options.now;
    this.#changedMillis = Math.floor(options.now() / SECOND) * SECOND - SECOND;
    this.#read = database.prepare(`
      SELECT
        (SELECT data_version FROM pragma_data_version) AS others, total_changes() AS own,
        newest.published_at AS newest, newest.id AS newest_id,
        EXISTS (
          SELECT 1 FROM posts
          WHERE path_key = 'about' AND deleted_at IS NULL AND status <> 'draft' AND published_at <= :now
        ) AS about
      FROM (SELECT 1)
      LEFT JOIN (
        SELECT id, published_at FROM posts
        WHERE status = 'published' AND deleted_at IS NULL AND published_at <= :now
        ORDER BY published_at DESC, id DESC LIMIT 1
      ) AS newest`);
    // Every save raises a version. The products distinguish one post saved twice from two posts saved once; sums stay far below 2^63.
    this.#listed = database
      .prepare<{ now: number }, string>(
        `SELECT json_array(count(*), sum((id % 1000003) * (version % 1000003)), sum(version),
           (SELECT json_group_array(value) FROM (SELECT value FROM settings WHERE key IN (${SHOWN_KEYS_SQL}) ORDER BY key)))
         FROM posts INDEXED BY posts_versions
         WHERE status = 'published' AND deleted_at IS NULL AND published_at <= :now`,
      )
      .pluck();
  }

  state(): ContentState {
    const now = this.#now();
    const row = this.#read.get({ now })!;
    const written = `${row.others}.${row.own}.${row.newest}.${row.newest_id}.${row.about}`;
    if (written !== this.#written) {
      this.#written = written;
      this.#changeTo(`${this.#listed.get({ now })} ${row.newest_id} ${row.about}`, now);
    }
    return { key: this.#key, changedMillis: this.#changedMillis, hasAbout: row.about === 1 };
  }

  #changeTo(key: string, now: number): void {
    if (key === this.#key) return;
    this.#key = key;
    this.#changedMillis = Math.max(this.#changedMillis + SECOND, Math.floor(now / SECOND) * SECOND);
  }
}
