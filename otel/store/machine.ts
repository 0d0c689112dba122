import { uptime } from 'node:os';
import { readText } from '../base/program-files.ts';

/** What a process asks the machine to tell its own end from the machine's. */
export interface Machine {
  /** Milliseconds since the machine booted, including those in which it was suspended. */
  uptimeMillis(): number;
  /** Differs after each boot; empty where the system does not say. */
  boot(): string;
}

/** Linux's; on other systems a restart of the machine is not told from a kill, and a suspended machine not from a clock set forward. */
export const machine: Machine = {
  uptimeMillis: () => (process.platform === 'linux' ? uptime() * 1000 : 0),
  boot: () => readText('/proc/sys/kernel/random/boot_id') ?? '',
};
