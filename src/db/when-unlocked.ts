import { setTimeout as pause } from 'node:timers/promises';
import { storageFailureOf } from './storage-failure.ts';

/** Runs a write, and retries while another process holds the lock; finally throws SQLITE_BUSY. */
export type WhenUnlocked = <T>(write: () => T) => Promise<T>;

const MAX_WAIT_MILLIS = 2000;
const PAUSE_MILLIS = 40;

/**
 * The server's connection does not wait for locks, as SQLite would block the whole process; requests are answered between retries.
 * A write must be one transaction, so that a failed attempt changes nothing.
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
