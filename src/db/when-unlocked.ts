import { setTimeout as pause } from 'node:timers/promises';
import { storageFailureOf } from './storage-failure.ts';

/** Runs a write, again while another process holds the lock; throws SQLite's SQLITE_BUSY when it never gets it. */
export type WhenUnlocked = <T>(write: () => T) => Promise<T>;

const MAX_WAIT_MILLIS = 2000;
const PAUSE_MILLIS = 40;

/**
 * The server's connection does not wait for a lock, for SQLite waits with the whole process: readers are answered between these tries.
 * A write must be one transaction, so that a refused one has done nothing.
 */
export function createWhenUnlocked(
  options: {
    readonly maxWaitMillis?: number;
    readonly now?: () => number;
    readonly sleep?: (millis: number) => Promise<unknown>;
  } = {},
): WhenUnlocked {
  const { maxWaitMillis = MAX_WAIT_MILLIS, now = () => performance.now(), sleep = pause } = options;
  return async (write) => {
    const deadline = now() + maxWaitMillis;
    for (;;) {
      try {
        return write();
      } catch (error) {
        if (storageFailureOf(error) !== 'locked' || now() >= deadline) throw error;
      }
      await sleep(PAUSE_MILLIS);
    }
  };
}
