import { readFileSync } from 'node:fs';

/**
 * High-water mark of this process's resident memory from the system, bytes; NaN if it cannot be read. On Linux from VmHWM, because `ru_maxrss`
 * starts with the size of the parent process.
 */
export function peakRssBytes(): number {
  try {
    if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? NaN : Number(kilobytes) * 1024;
  } catch {
    return NaN;
  }
}
