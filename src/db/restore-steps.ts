import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE_NAME, MEDIA_FOLDER_NAME } from './data-files.ts';
import { syncFolder } from './sync-file.ts';

/** What a restore makes ready beside the data in force, on the same disk. */
export const RESTORE_FOLDER_NAME = 'glasshouse.restore';
/** Written when all of it is there; names the folder for what was in force. */
const READY_FILE_NAME = 'READY';

/** From here on the restore is finished by whoever opens the data, whatever becomes of this process. */
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
 * Puts restored data in place of those in force, which are set aside. Each step is a rename that is left out when it was done before, so a
 * kill between any two is made good by the next call. For the holder of the server's lock.
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
