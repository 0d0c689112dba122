import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { MEDIA_FOLDER_NAME } from '../db/data-files.ts';
import { BACKUP_SERIES_KEY, noteBackup } from '../db/last-backup.ts';
import { SettingStore } from '../db/setting-store.ts';
import { syncFile, syncFolder } from '../db/sync-file.ts';
import { mediaDigest } from '../media/media-digest.ts';
import {
  BACKUP_APPLICATION_ID,
  BACKUP_SCHEMA,
  BackupError,
  isBackup,
  verifyBackup,
  type BackupFacts,
} from './backup-file.ts';

/** Attempts, as a file may be replaced while it is copied. */
const MAX_TRIES = 3;
const ALL_PAGES = 2 ** 31 - 1;
/** Each row is a way in, or counts attempts to find one. */
const ACCESS_TABLES = [
  'sessions',
  'setup_tokens',
  'sign_in_attempts',
  'trace_links',
  'draft_links',
  'recovery_codes',
];

export interface MadeBackup extends BackupFacts {
  /** Media files that are missing or do not match their row; they are not in the backup. */
  readonly missingMedia: readonly string[];
}

/**
 * Writes a blog, which may be running, into one file: posts, settings, the owner and the media as rows, but no sessions,
 * links and recovery codes, in case others get the file, and because a used code must not become valid again by a restore.
 * It is verified before it gets its name, and replaces only an earlier backup. Throws BackupError.
 */
export async function makeBackup(options: {
  readonly database: Database;
  readonly dataDir: string;
  readonly file: string;
  readonly now?: () => number;
}): Promise<MadeBackup> {
  const { database, dataDir, now = Date.now } = options;
  const file = resolve(options.file);
  if (!existsSync(dirname(file))) throw new BackupError(`There is no folder ${dirname(file)}.`);
  if (existsSync(file) && !isBackup(file))
    throw new BackupError(`${file} exists and is not a backup of Glasshouse. Choose another name.`);
  const part = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.part`);
  try {
    let missingMedia: readonly string[] = [];
    for (let tries = 1; ; tries++) {
      missingMedia = await copyAll(database, dataDir, part, now());
      if (missingMedia.length === 0 || tries === MAX_TRIES) break;
    }
    syncFile(part);
    const facts = verifyBackup(part);
    renameSync(part, file);
    syncFolder(dirname(file));
    noteBackup(new SettingStore(database), { atMillis: facts.madeAtMillis, file });
    return { ...facts, missingMedia };
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${part}${suffix}`, { force: true });
  }
}

/** Returns the missing media files. */
async function copyAll(
  database: Database,
  dataDir: string,
  part: string,
  nowMillis: number,
): Promise<readonly string[]> {
  rmSync(part, { force: true });
  // In one step, so that a writer cannot restart it.
  await database.backup(part, { progress: () => ALL_PAGES });
  const copy = new SqliteDatabase(part);
  try {
    copy.pragma('journal_mode = DELETE');
    copy.pragma('secure_delete = ON');
    for (const table of ACCESS_TABLES) copy.exec(`DELETE FROM ${table}`);
    copy.prepare('DELETE FROM settings WHERE key = ?').run(BACKUP_SERIES_KEY);
    copy.exec(BACKUP_SCHEMA);
    copy.prepare('INSERT INTO backup_facts (made_at) VALUES (?)').run(nowMillis);
    const missing = copyMedia(copy, join(dataDir, MEDIA_FOLDER_NAME));
    copy.pragma(`application_id = ${BACKUP_APPLICATION_ID}`);
    return missing;
  } finally {
    copy.close();
  }
}

function copyMedia(copy: Database, folder: string): readonly string[] {
  const rows = copy.prepare<[], { path: string; sha256: string }>('SELECT path, sha256 FROM media').all();
  const insert = copy.prepare<[string, Buffer]>('INSERT INTO backup_media (path, bytes) VALUES (?, ?)');
  const missing: string[] = [];
  const copyEach = copy.transaction(() => {
    for (const { path, sha256 } of rows) {
      const file = join(folder, ...path.split('/'));
      const bytes = existsSync(file) ? readFileSync(file) : undefined;
      const isRight = bytes !== undefined && mediaDigest(bytes) === sha256;
      if (isRight) insert.run(path, bytes);
      else missing.push(path);
    }
  });
  copyEach();
  return missing;
}
