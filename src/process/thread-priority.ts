import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';

/** In steps of `nice`: a thread gets a tenth of the time of one that also wants it. */
const LOWER = 10;
const LEAST = 19;

/**
 * Lets other threads of this process and machine go first whenever they have something to do. Linux schedules threads one by one; elsewhere nothing changes,
 * as the priority would be that of the whole process.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(thread, Math.min(LEAST, getPriority(thread) + LOWER));
  } catch {
    // Without /proc, or where the system refuses it: it works as before.
  }
}
