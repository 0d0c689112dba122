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

interface Counters {
  /** Counts commits of other connections, such as an import. */
  readonly others: number;
  /** Counts rows changed by this connection. */
  readonly own: number;
}

interface Dates {
  readonly newest: number | null;
  readonly newest_id: number | null;
  /** When the page `about` became visible or will. */
  readonly about: number | null;
  /** When the next scheduled post becomes visible. */
  readonly next: number | null;
}

const SECOND = 1000;

/**
 * Tracks the last change of visible content, for Last-Modified and caches: a listed post, the page `about`, the blog's settings, a scheduled
 * post that became visible; by any process. Drafts, scheduled and unlisted posts, sign-ins and sessions do not count, so that strangers cannot
 * learn when the owner works, or empty a cache. A request costs a counter, and a turn of the event loop another one: what another process commits is
 * seen by the requests of the next turn; after any write, or once the time has come of
 * a scheduled post, one pass over an index of listed posts. HTTP dates have whole seconds, so a second change within one second gets the next
 * second.
 */
export class ContentClock {
  readonly #others: Statement<[], number>;
  readonly #own: Statement<[], number>;
  readonly #dates: Statement<{ now: number }, Dates>;
  readonly #listed: Statement<{ now: number }, string>;
  readonly #now: () => number;
  readonly #onChange: () => void;
  #seen: Counters | undefined;
  /** In this turn of the event loop. */
  #othersNow: number | undefined;
  /** What is visible is the same at every time from the first to before the second. */
  #from = NaN;
  #until = NaN;
  #state: ContentState;

  constructor(
    database: Database,
    options: {
      readonly now: () => number;
      /** Called when visible content or a setting has changed, before anybody is told. */
      readonly onChange?: () => void;
    },
  ) {
    this.#now = options.now;
    this.#onChange = options.onChange ?? (() => {});
    const changedMillis = Math.floor(options.now() / SECOND) * SECOND - SECOND;
    this.#state = { key: '', changedMillis, hasAbout: false };
    this.#others = database.prepare<[], number>('PRAGMA data_version').pluck();
    this.#own = database.prepare<[], number>('SELECT total_changes()').pluck();
    this.#dates = database.prepare(`
      SELECT
        newest.published_at AS newest, newest.id AS newest_id,
        (SELECT published_at FROM posts WHERE path_key = 'about' AND deleted_at IS NULL AND status <> 'draft') AS about,
        (SELECT min(published_at) FROM posts WHERE status = 'published' AND deleted_at IS NULL AND published_at > :now) AS next
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
    const seen = { others: this.#othersOfTurn(), own: this.#own.get()! };
    const isSeen = seen.others === this.#seen?.others && seen.own === this.#seen.own;
    if (!isSeen || !(now >= this.#from && now < this.#until)) {
      this.#seen = seen;
      this.#look(now);
    }
    return this.#state;
  }

  /** Reading it locks a part of the file: most of what a cached page would cost here, if each request of a busy turn did it. */
  #othersOfTurn(): number {
    if (this.#othersNow === undefined) {
      this.#othersNow = this.#others.get()!;
      setImmediate(() => (this.#othersNow = undefined)).unref();
    }
    return this.#othersNow;
  }

  #look(now: number): void {
    const { newest, newest_id, about, next } = this.#dates.get({ now })!;
    const hasAbout = about !== null && about <= now;
    this.#from = Math.max(newest ?? -Infinity, hasAbout ? about : -Infinity);
    this.#until = Math.min(next ?? Infinity, about !== null && !hasAbout ? about : Infinity);
    this.#changeTo({ key: `${this.#listed.get({ now })} ${newest_id} ${hasAbout}`, hasAbout }, now);
  }

  #changeTo({ key, hasAbout }: Pick<ContentState, 'key' | 'hasAbout'>, now: number): void {
    if (key === this.#state.key) return;
    this.#onChange();
    const changedMillis = Math.max(this.#state.changedMillis + SECOND, Math.floor(now / SECOND) * SECOND);
    this.#state = { key, changedMillis, hasAbout };
  }
}
