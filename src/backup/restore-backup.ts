import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { DATABASE_FILE_NAME, MEDIA_FOLDER_NAME } from '../db/data-files.ts';
import { noteBackup } from '../db/last-backup.ts';
import { keepPrivate } from '../db/private-data.ts';
import { finishRestore, markRestoreReady, RESTORE_FOLDER_NAME } from '../db/restore-steps.ts';
import { takeServerLock } from '../db/server-lock.ts';
import { SettingStore } from '../db/setting-store.ts';
import { syncFile } from '../db/sync-file.ts';
import { BackupError, mediaIn, verifyBackup, type BackupFacts } from './backup-file.ts';

export interface Restored extends BackupFacts {
  /** The folder of the previous data; undefined if there were none. */
  readonly formerFolder: string | undefined;
}

/**
 * Replaces the data in DATA_DIR by a backup. The backup is verified first; its data is prepared beside the current data, then moved into
 * place by renames, which the next start finishes if this process does not. Throws BackupError, or ServedDatabaseError if a server
 * runs.
 */
export function restoreBackup(options: {
  readonly file: string;
  readonly dataDir: string;
  /** Replaces an existing blog. */
  readonly replace?: boolean;
  readonly now?: () => number;
}): Restored {
  const { dataDir, replace = false, now = Date.now } = options;
  const file = resolve(options.file);
  const facts = verifyBackup(file);
  const inForce = join(resolve(dataDir), DATABASE_FILE_NAME);
  if ((statSync(inForce, { throwIfNoEntry: false })?.size ?? 0) > 0 && !replace)
    throw new BackupError(
      `There is a blog in ${resolve(dataDir)}. Use --replace to replace it by the backup; its data will be moved aside.`,
    );
  keepPrivate(dataDir);
  const lock = takeServerLock(dataDir);
  try {
    // Left by an earlier restore that was killed.
    finishRestore(dataDir);
    const folder = join(dataDir, RESTORE_FOLDER_NAME);
    rmSync(folder, { recursive: true, force: true });
    makeReady(file, folder, facts);
    const asideName = `glasshouse.before-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`;
    markRestoreReady(dataDir, asideName);
    finishRestore(dataDir);
    const aside = join(resolve(dataDir), asideName);
    const hasAside = statSync(aside, { throwIfNoEntry: false }) !== undefined;
    return { ...facts, formerFolder: hasAside ? aside : undefined };
  } finally {
    lock.release();
  }
}

/** Creates the blog's files: a database without the backup's tables, and the media files. */
function makeReady(file: string, folder: string, facts: BackupFacts): void {
  const target = join(folder, DATABASE_FILE_NAME);
  const media = join(folder, MEDIA_FOLDER_NAME);
  mkdirSync(media, { recursive: true });
  copyFileSync(file, target);
  const database = new SqliteDatabase(target);
  try {
    for (const { path, bytes } of mediaIn(database)) {
      const medium = join(media, ...path.split('/'));
      mkdirSync(dirname(medium), { recursive: true });
      writeFileSync(medium, bytes, { flush: true });
    }
    noteBackup(new SettingStore(database), { atMillis: facts.madeAtMillis, file });
    database.exec('DROP TABLE backup_media; DROP TABLE backup_facts;');
    database.pragma('application_id = 0');
    database.exec('VACUUM');
    const problem = database.pragma('integrity_check(1)', { simple: true });
    if (problem !== 'ok') throw new BackupError(`The copy of ${file} is damaged: ${String(problem)}`);
  } finally {
    database.close();
  }
  syncFile(target);
}
