import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE_NAME, MEDIA_FOLDER_NAME } from './data-files.ts';
import { syncFolder } from './sync-file.ts';

/** The folder in which a restore prepares its data, on the same disk. */
export const RESTORE_FOLDER_NAME = 'glasshouse.restore';
/** Written when the data is complete; contains the name of the folder for the previous data. */
const READY_FILE_NAME = 'READY';

/** Commits the restore: from here on, any process that opens the data finishes it. */
export function markRestoreReady(dataDir: string, asideName: string): void {
  const folder = join(dataDir, RESTORE_FOLDER_NAME);
  const file = join(folder, READY_FILE_NAME);
  syncFolder(folder);
  writeFileSync(`${file}.part`, asideName, { flush: true });
  renameSync(`${file}.part`, file);
  syncFolder(folder);
}

export function isRestoreReady(dataDir: string): boolean {
  return existsSync(join(dataDir, RESTORE_FOLDER_NAME, READY_FILE_NAME));
}

/**
 * Moves the previous data aside and the restored data into place. Each step is a rename that is skipped if already done, so that after a
 * kill the next call continues. Call it only while holding the server's lock.
 */
export function finishRestore(dataDir: string): void {
  const restored = join(dataDir, RESTORE_FOLDER_NAME);
  if (!isRestoreReady(dataDir)) return;
  const aside = join(dataDir, readFileSync(join(restored, READY_FILE_NAME), 'utf8'));
  for (const [name, ...companions] of [
    [DATABASE_FILE_NAME, `${DATABASE_FILE_NAME}-wal`, `${DATABASE_FILE_NAME}-shm`],
    [MEDIA_FOLDER_NAME],
  ] as const) {
    if (!existsSync(join(restored, name))) continue;
    for (const former of [...companions, name]) setAside(join(dataDir, former), aside, former);
    renameSync(join(restored, name), join(dataDir, name));
  }
  syncFolder(dataDir);
  rmSync(restored, { recursive: true, force: true });
}

function setAside(path: string, aside: string, name: string): void {
  if (!existsSync(path)) return;
  mkdirSync(aside, { recursive: true });
  renameSync(path, join(aside, name));
}
