import { setImmediate } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { INDEX_VERSION, SearchWriter } from '../search/search-writer.ts';
import { plainText } from './markdown/plain-text.ts';

interface UnindexedRow {
  readonly id: number;
  readonly title: string;
  readonly tags: string;
  readonly html: string;
}

/** How long requests wait for it at most, but for one long post. */
const TURN_MILLIS = 8;
const MAX_AT_ONCE = 100;
const LISTED = "status = 'published' AND deleted_at IS NULL";
const INDEXED = 'SELECT 1 FROM post_texts WHERE indexed_by = ? AND post_id = posts.id';

/** Posts that the search does not have as this version indexes them: after an update, or written while it was not there. */
export class StaleSearch {
  readonly #database: Database;
  readonly #writer: SearchWriter;
  readonly #pending: Statement<[number], number>;
  readonly #unindexed: Statement<[number, number], UnindexedRow>;
  readonly #millis: () => number;
  #isStopped = false;
  #left = 0;

  /** @param millis Monotonic. */
  constructor(database: Database, millis = (): number => performance.now()) {
    this.#database = database;
    this.#millis = millis;
    this.#writer = new SearchWriter(database);
    this.#pending = database
      .prepare<[number], number>(
        `SELECT id FROM posts WHERE ${LISTED} AND NOT EXISTS (${INDEXED}) ORDER BY published_at DESC`,
      )
      .pluck();
    this.#unindexed = database.prepare(
      `SELECT id, title, tags, html FROM posts WHERE id = ? AND ${LISTED} AND NOT EXISTS (${INDEXED})`,
    );
  }

  /** Posts that cannot be found yet. */
  get left(): number {
    return this.#left;
  }

  /** Stops; nothing is written afterwards. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Indexes them, newest first, while the blog answers. What is not done when it stops, the next start does. Returns how many. */
  async indexAll(whenUnlocked: WhenUnlocked): Promise<number> {
    const ids = this.#pending.all(INDEX_VERSION);
    this.#left = ids.length;
    for (let done = 0; done < ids.length; done = ids.length - this.#left) {
      await setImmediate();
      if (this.#isStopped) break;
      this.#left -= await whenUnlocked(() => this.#indexSome(ids.slice(done, done + MAX_AT_ONCE)));
    }
    return ids.length - this.#left;
  }

  /** As many as a few milliseconds allow: each transaction costs as much as some posts. Returns how many. */
  #indexSome(ids: readonly number[]): number {
    const until = this.#millis() + TURN_MILLIS;
    let done = 0;
    const work = (): void => {
      for (const id of ids) {
        if (done > 0 && this.#millis() >= until) break;
        this.#index(id);
        done++;
      }
    };
    if (!this.#isStopped) this.#database.transaction(work).immediate();
    return done;
  }

  #index(id: number): void {
    const row = this.#unindexed.get(id, INDEX_VERSION);
    if (row === undefined) return;
    const tags: readonly string[] = JSON.parse(row.tags);
    this.#writer.put(id, { title: row.title, tags, body: plainText(row.html) });
  }
}
