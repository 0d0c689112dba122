import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';

/** A lock older than this is of a process that was killed while it held it. */
const STALE_MILLIS = 10_000;
const WAIT_MILLIS = 10;
const MAX_WAITS = 100;

/** Which file a path means at this moment; undefined when none. */
export function fileIdOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

/**
 * Renames a file that is of no use, with its log, to `<path>.<reason>`; the one set aside before goes. Of several processes that find the same
 * file useless one does it: undefined when the path means another file by now, which is not touched.
 */
export function setAside(path: string, reason: string, fileId: string | undefined): string | undefined {
  const lock = `${path}.setting-aside`;
  const isLocked = takeLock(lock);
  try {
    if (fileIdOf(path) !== fileId) return undefined;
    const target = `${path}.${reason}`;
    for (const suffix of ['-wal', '-shm', '']) {
      rmSync(`${target}${suffix}`, { force: true });
      rename(`${path}${suffix}`, `${target}${suffix}`);
    }
    return target;
  } finally {
    if (isLocked) rmSync(lock, { force: true });
  }
}

/** False when nobody gave it up in a second: who holds it is gone or stuck. */
function takeLock(lock: string): boolean {
  for (let waits = 0; waits < MAX_WAITS; waits++) {
    try {
      closeSync(openSync(lock, 'wx'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = statSync(lock, { throwIfNoEntry: false });
    if (held !== undefined && Date.now() - held.mtimeMs > STALE_MILLIS) rmSync(lock, { force: true });
    else pauseThread(WAIT_MILLIS);
  }
  return false;
}

/** Stops everything this thread does; for the start, before there are requests. */
export function pauseThread(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
