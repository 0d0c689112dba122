import { readFileSync } from 'node:fs';

/**
 * The most resident memory this process ever had, as the system keeps it, bytes; NaN where it cannot be read. On Linux from VmHWM:
 * `ru_maxrss` there begins with the size of the process that started this one.
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
