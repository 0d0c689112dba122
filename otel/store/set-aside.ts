import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';

/** An older lock was left by a process that was killed. */
const STALE_MILLIS = 10_000;
const WAIT_MILLIS = 10;
const MAX_WAITS = 100;

/** Id of the file that a path refers to right now; undefined if there is none. */
export function fileIdOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

/**
 * Renames an unusable file and its log to `<path>.<reason>`, replacing an earlier one. If several processes find the same file unusable, one does
 * it: returns undefined if the path refers to another file by now, which is not touched.
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

/** Returns false if the lock was not released within a second: its holder is gone or stuck. */
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

/** Blocks this thread; for the start, before there are requests. */
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
