import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';

/** A process with more has no folder of them that is quick to read. */
const MAX_LISTED = 2000;

/** How many files and sockets this process may have open; NaN where nobody says. Linux. */
export function openFilesLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}

/**
 * How many it has open; NaN where nobody says. Microseconds: Linux tells it as the size of a folder since 6.2, and needs no free
 * descriptor for that, so the one number that explains all others is known when everything else fails with EMFILE.
 */
export function openFiles(limit: number): number {
  try {
    const { size } = statSync('/proc/self/fd');
    if (size > 0) return size;
    // The lowest that is free, taken for a moment, tells whether there are too many to list, and whether there is one at all.
    const lowest = openSync('/proc/self/fd', 'r');
    closeSync(lowest);
    return lowest > MAX_LISTED ? lowest : readdirSync('/proc/self/fd').length - 1;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EMFILE' ? limit : NaN;
  }
}
