import type { Database, Statement } from 'better-sqlite3';

/** What every page depends on besides its own post. */
export interface ContentState {
  /** Changes whenever something a reader could see may have changed. */
  readonly key: string;
  /** When that was, in epoch milliseconds; later by at least a second at each change, never earlier than the start. */
  readonly changedMillis: number;
  /** There is a page at `about`. */
  readonly hasAbout: boolean;
}

interface StateRow {
  /** Counts commits of other connections, as an import's. */
  readonly others: number;
  /** Counts rows changed by this connection. */
  readonly own: number;
  readonly newest: number | null;
  readonly newest_id: number | null;
  readonly about: number;
}

const SECOND = 1000;

/**
 * Tells when the blog last changed, for Last-Modified and for caches: any write to its file, whoever made it, and a scheduled post
 * whose time came. Two counters and two index look-ups in one statement; a write that readers cannot see costs them one fresh copy.
 * HTTP dates have whole seconds, so two changes within one are told apart by moving on.
 */
export class ContentClock {
  readonly #read: Statement<{ now: number }, StateRow>;
  readonly #now: () => number;
  readonly #onChange: () => void;
  #key = '';
  #changedMillis: number;

  constructor(database: Database, options: { readonly now: () => number; readonly onChange?: () => void }) {
    this.#now = options.now;
    this.#onChange = options.onChange ?? (() => {});
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
  }

  state(): ContentState {
    const now = this.#now();
    const row = this.#read.get({ now })!;
    const key = `${row.others}.${row.own}.${row.newest}.${row.newest_id}.${row.about}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#onChange();
      this.#changedMillis = Math.max(this.#changedMillis + SECOND, Math.floor(now / SECOND) * SECOND);
    }
    return { key, changedMillis: this.#changedMillis, hasAbout: row.about === 1 };
  }
}
