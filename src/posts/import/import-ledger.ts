import type { Database, Statement } from 'better-sqlite3';

export interface LedgerEntry {
  readonly postId: number;
  readonly sourceSha256: string;
  /** The post's version after the last import; a higher one means that the owner edited it since. */
  readonly postVersion: number;
}

/** A post that an earlier import made of a source with another name. */
interface SamePost {
  readonly title: string;
  readonly markdown: string;
  readonly publishedAtMillis: number | null | undefined;
  readonly feedId: string | undefined;
}

interface NamedEntry extends LedgerEntry {
  readonly pathKey: string;
}

/** Records which source became which post. */
export class ImportLedger {
  readonly #find: Statement<[string], LedgerEntry>;
  readonly #record: Statement<[string, number, string, number]>;

  readonly #same: Statement<[Record<string, string | number | null>], NamedEntry>;
  readonly #forget: Statement<[string]>;

  constructor(database: Database) {
    this.#find = database.prepare(
      'SELECT post_id AS postId, source_sha256 AS sourceSha256, post_version AS postVersion FROM imported_posts WHERE path_key = ?',
    );
    this.#same = database.prepare(
      `SELECT imported_posts.path_key AS pathKey, post_id AS postId, source_sha256 AS sourceSha256, post_version AS postVersion
       FROM imported_posts JOIN posts ON posts.id = imported_posts.post_id
       WHERE posts.deleted_at IS NULL AND (posts.feed_id = @feedId
         OR (posts.title = @title AND posts.published_at IS @publishedAt AND posts.markdown = @markdown AND @markdown <> ''))`,
    );
    this.#forget = database.prepare('DELETE FROM imported_posts WHERE path_key = ?');
    this.#record = database.prepare(
      `INSERT INTO imported_posts (path_key, post_id, source_sha256, post_version) VALUES (?, ?, ?, ?)
       ON CONFLICT (path_key) DO UPDATE SET post_id = excluded.post_id, source_sha256 = excluded.source_sha256, post_version = excluded.post_version`,
    );
  }

  find(pathKey: string): LedgerEntry | undefined {
    return this.#find.get(pathKey);
  }

  /**
   * Finds the post of a source that was renamed: one with the same id, or the same title, date and text, whose own source is not in the
   * tree any more. Undefined if there are several.
   */
  findRenamed(post: SamePost, isInTree: (pathKey: string) => boolean): NamedEntry | undefined {
    const { title, markdown, publishedAtMillis = null, feedId = null } = post;
    const gone = this.#same
      .all({ title, markdown, publishedAt: publishedAtMillis, feedId })
      .filter((entry) => !isInTree(entry.pathKey));
    return gone.length === 1 ? gone[0] : undefined;
  }

  forget(pathKey: string): void {
    this.#forget.run(pathKey);
  }

  record(pathKey: string, entry: LedgerEntry): void {
    this.#record.run(pathKey, entry.postId, entry.sourceSha256, entry.postVersion);
  }
}
