import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Database, Statement } from 'better-sqlite3';

/** In the media folder, hidden from requests: what the running blog is writing. */
const UPLOAD_FOLDER_NAME = '.uploads';

/**
 * Names of files that the running blog is writing or removing, noted in the database before the first of them changes. So a killed process
 * leaves neither a row without its file nor a file without a row: the next start removes the latter.
 */
export class UnfinishedMedia {
  /** Unfinished files; on the same disk as the media, so that a rename moves them. */
  readonly uploadFolder: string;
  readonly #folder: string;
  readonly #begin: Statement<[string]>;
  readonly #end: Statement<[string]>;
  readonly #endWithRow: Statement<[]>;
  readonly #withoutRow: Statement<[], string>;

  constructor(database: Database, folder: string) {
    this.#folder = path.resolve(folder);
    this.uploadFolder = path.join(this.#folder, UPLOAD_FOLDER_NAME);
    this.#begin = database.prepare('INSERT OR IGNORE INTO unfinished_media (path) VALUES (?)');
    this.#end = database.prepare('DELETE FROM unfinished_media WHERE path = ?');
    this.#endWithRow = database.prepare(
      'DELETE FROM unfinished_media WHERE path IN (SELECT path FROM media)',
    );
    this.#withoutRow = database
      .prepare<[], string>('SELECT path FROM unfinished_media WHERE path NOT IN (SELECT path FROM media)')
      .pluck();
  }

  /** Call it in the transaction that removes rows, or before files are written. */
  begin(names: readonly string[]): void {
    for (const name of names) this.#begin.run(name);
  }

  /** Call it in the transaction that writes rows, or when the files are removed. */
  end(names: readonly string[]): void {
    for (const name of names) this.#end.run(name);
  }

  /** Removes what a killed process left. Only for the one process that serves the blog, before it takes requests. */
  cleanUp(): void {
    rmSync(this.uploadFolder, { recursive: true, force: true });
    for (const name of this.#withoutRow.all()) this.#remove(name);
    this.#endWithRow.run();
  }

  /** Removes files that got no row. */
  abandon(names: readonly string[]): void {
    for (const name of this.#withoutRow.all()) if (names.includes(name)) this.#remove(name);
  }

  #remove(name: string): void {
    try {
      rmSync(path.join(this.#folder, ...name.split('/')), { force: true });
    } catch {
      // The next start tries again; no start fails for it.
      return;
    }
    this.#end.run(name);
  }

  /** The folder for unfinished files, created if needed. */
  makeUploadFolder(): string {
    mkdirSync(this.uploadFolder, { recursive: true });
    return this.uploadFolder;
  }
}
