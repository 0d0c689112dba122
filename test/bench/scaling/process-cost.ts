import { readFileSync } from 'node:fs';

/** Of Linux, in seconds of one processor. */
const SECONDS_PER_TICK = 0.01;

/** Seconds of processor time that processes have used so far. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * SECONDS_PER_TICK;
  }, 0);
}

/** Memory that a process holds, in MiB. */
export function residentMebibytes(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kibibytes) / 1024;
}
