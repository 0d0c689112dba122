import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';

/** With more open files, listing them is too slow. */
const MAX_LISTED = 2000;

/** Maximum number of open files and sockets of this process; NaN if unknown. Linux only. */
export function openFilesLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}

/**
 * Number of open files and sockets; NaN if unknown. Takes microseconds: since 6.2, Linux reports it as the size of a folder, which needs no free
 * descriptor, so it is known even when everything else fails with EMFILE.
 */
export function openFiles(limit: number): number {
  try {
    const { size } = statSync('/proc/self/fd');
    if (size > 0) return size;
    // The lowest free descriptor, opened briefly, shows whether there are too many to list, and whether one is free at all.
    const lowest = openSync('/proc/self/fd', 'r');
    closeSync(lowest);
    return lowest > MAX_LISTED ? lowest : readdirSync('/proc/self/fd').length - 1;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EMFILE' ? limit : NaN;
  }
}
