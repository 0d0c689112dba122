import { accessSync, chmodSync, constants, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { isBlogFile } from './data-files.ts';
import { UnwritableDatabaseError } from './unwritable-database.ts';

/** Permission bits of other users. */
const OTHERS = 0o077;

/**
 * Creates DATA_DIR if needed, sets the umask so that new files are private, and restricts existing ones. The folder itself is restricted
 * only if it contains nothing else, as it may be shared. Returns files that could not be restricted; throws UnwritableDatabaseError.
 */
export function keepPrivate(dataDir: string): readonly string[] {
  // A thread has the umask of its process, and may not set it.
  if (isMainThread) process.umask(OTHERS);
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UnwritableDatabaseError(dataDir, error);
  }
  const names = readdirSync(dataDir);
  const refused: string[] = [];
  for (const name of names.filter(isBlogFile)) narrowAll(join(dataDir, name), refused);
  if (names.every(isBlogFile)) narrow(dataDir, refused);
  return refused;
}

function narrowAll(path: string, refused: string[]): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) return;
  narrow(path, refused);
  if (stat.isDirectory()) for (const name of readdirSync(path)) narrowAll(join(path, name), refused);
}

function narrow(path: string, refused: string[]): void {
  try {
    const { mode } = lstatSync(path);
    if ((mode & OTHERS) !== 0) chmodSync(path, mode & 0o777 & ~OTHERS);
  } catch (error) {
    // A WAL or its index that another process has just removed.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') refused.push(path);
  }
}
