import type { Database, Statement } from 'better-sqlite3';

export interface LedgerEntry {
  readonly postId: number;
  readonly sourceSha256: string;
  /** The post's version after the last import; a higher one means that the owner edited it since. */
  readonly postVersion: number;
}

/** Records which source became which post. */
export class ImportLedger {
  readonly #find: Statement<[string], LedgerEntry>;
  readonly #record: Statement<[string, number, string, number]>;

  constructor(database: Database) {
    this.#find = database.prepare(
      'SELECT post_id AS postId, source_sha256 AS sourceSha256, post_version AS postVersion FROM imported_posts WHERE path_key = ?',
    );
    this.#record = database.prepare(
      `INSERT INTO imported_posts (path_key, post_id, source_sha256, post_version) VALUES (?, ?, ?, ?)
       ON CONFLICT (path_key) DO UPDATE SET post_id = excluded.post_id, source_sha256 = excluded.source_sha256, post_version = excluded.post_version`,
    );
  }

  find(pathKey: string): LedgerEntry | undefined {
    return this.#find.get(pathKey);
  }

  record(pathKey: string, entry: LedgerEntry): void {
    this.#record.run(pathKey, entry.postId, entry.sourceSha256, entry.postVersion);
  }
}
