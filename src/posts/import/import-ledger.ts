import type { Database, Statement } from 'better-sqlite3';

export interface LedgerEntry {
  readonly postId: number;
  readonly sourceSha256: string;
  /** The post's version after the last import; a higher one means that the owner edited it since. */
  readonly postVersion: number;
  /** The blog's zone, in which the days of the source begin; undefined if it says moments. */
  readonly publishedIn?: string | undefined;
  readonly updatedIn?: string | undefined;
}

/** An entry with what tells a source that was renamed. */
export interface ImportedPost extends LedgerEntry {
  readonly title: string;
  readonly markdown: string;
  readonly publishedAtMillis: number | null;
  readonly feedId: string | null;
}

/** Records which source became which post. */
export class ImportLedger {
  readonly #find: Statement<[string], LedgerEntry>;
  readonly #record: Statement<[string, number, string, number, string | null, string | null]>;

  readonly #keys: Statement<[], string>;
  readonly #post: Statement<[string], ImportedPost>;
  readonly #forget: Statement<[string]>;

  constructor(database: Database) {
    this.#find = database.prepare(
      'SELECT post_id AS postId, source_sha256 AS sourceSha256, post_version AS postVersion FROM imported_posts WHERE path_key = ?',
    );
    this.#keys = database
      .prepare<[], string>('SELECT path_key FROM imported_posts ORDER BY path_key')
      .pluck();
    this.#post = database.prepare(
      `SELECT post_id AS postId, source_sha256 AS sourceSha256, post_version AS postVersion, title, markdown,
         published_at AS publishedAtMillis, feed_id AS feedId
       FROM imported_posts JOIN posts ON posts.id = imported_posts.post_id
       WHERE imported_posts.path_key = ? AND posts.deleted_at IS NULL`,
    );
    this.#forget = database.prepare('DELETE FROM imported_posts WHERE path_key = ?');
    this.#record = database.prepare(
      `INSERT INTO imported_posts (path_key, post_id, source_sha256, post_version, published_in, updated_in) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (path_key) DO UPDATE SET post_id = excluded.post_id, source_sha256 = excluded.source_sha256,
         post_version = excluded.post_version, published_in = excluded.published_in, updated_in = excluded.updated_in`,
    );
  }

  find(pathKey: string): LedgerEntry | undefined {
    return this.#find.get(pathKey);
  }

  /** The keys of all sources of earlier imports, of any tree. */
  keys(): readonly string[] {
    return this.#keys.all();
  }

  /** The post that a source became; undefined if it was deleted. */
  post(pathKey: string): ImportedPost | undefined {
    return this.#post.get(pathKey);
  }

  forget(pathKey: string): void {
    this.#forget.run(pathKey);
  }

  record(pathKey: string, entry: LedgerEntry): void {
    const { postId, sourceSha256, postVersion, publishedIn = null, updatedIn = null } = entry;
    this.#record.run(pathKey, postId, sourceSha256, postVersion, publishedIn, updatedIn);
  }
}
