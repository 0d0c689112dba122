import { statSync } from 'node:fs';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { MIGRATIONS } from '../db/migrations.ts';
import { mediaDigest } from '../media/media-digest.ts';
import { escapedPath, mediaPath } from '../media/media-path.ts';

/** “GHBK” as SQLite's application_id: distinguishes a backup from a blog's database and from other programs' files. */
export const BACKUP_APPLICATION_ID = 0x4748424b;

/** Additional tables of a backup: its facts, and the media, which are files in a blog. */
export const BACKUP_SCHEMA = `
  CREATE TABLE backup_media (path TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE backup_facts (made_at INTEGER NOT NULL) STRICT;
`;

/** An invalid or unusable backup; the message says why. */
export class BackupError extends Error {
  readonly isForPeople = true;
  override readonly name = 'BackupError';
}

export interface BackupFacts {
  readonly madeAtMillis: number;
  readonly posts: number;
  readonly media: number;
  readonly bytes: number;
}

export function isBackup(file: string): boolean {
  let database: Database | undefined;
  try {
    database = new SqliteDatabase(file, { readonly: true, fileMustExist: true });
    return database.pragma('application_id', { simple: true }) === BACKUP_APPLICATION_ID;
  } catch {
    return false;
  } finally {
    database?.close();
  }
}

/** Verifies the whole backup: pages, schema version, digest of each media file. Throws BackupError. */
export function verifyBackup(file: string): BackupFacts {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new BackupError(`There is no file ${file}.`);
  if (!isBackup(file))
    throw new BackupError(`${file} is not a backup of Glasshouse, or its header is damaged.`);
  const database = new SqliteDatabase(file, { readonly: true, fileMustExist: true });
  try {
    const problem = database.pragma('integrity_check(1)', { simple: true });
    if (problem !== 'ok') throw new BackupError(`${file} is damaged: ${String(problem)}`);
    const version = Number(database.pragma('user_version', { simple: true }));
    const known = MIGRATIONS.at(-1)!.version;
    if (version > known)
      throw new BackupError(
        `${file} was made by a newer Glasshouse (schema ${version}; this one supports ${known}).`,
      );
    for (const { path, sha256, bytes } of mediaIn(database)) {
      if (mediaPath(escapedPath(path)) !== path)
        throw new BackupError(`${file} contains a file with an invalid name: ${path}`);
      if (mediaDigest(bytes) !== sha256)
        throw new BackupError(`${file} is damaged: the content of ${path} has changed.`);
    }
    const count = (sql: string): number => database.prepare<[], number>(sql).pluck().get() ?? 0;
    return {
      madeAtMillis: count('SELECT made_at FROM backup_facts'),
      posts: count('SELECT count(*) FROM posts WHERE deleted_at IS NULL'),
      media: count('SELECT count(*) FROM backup_media'),
      bytes: statSync(file).size,
    };
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(`${file} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    database.close();
  }
}

/** Every media file of a backup, with the digest from the blog's row. */
export function mediaIn(
  database: Database,
): Iterable<{ readonly path: string; readonly sha256: string | null; readonly bytes: Buffer }> {
  return database
    .prepare<[], { path: string; sha256: string | null; bytes: Buffer }>(
      'SELECT backup_media.path, media.sha256, backup_media.bytes FROM backup_media LEFT JOIN media USING (path) ORDER BY path',
    )
    .iterate();
}
