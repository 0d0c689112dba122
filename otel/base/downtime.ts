import type { TimeRange } from './time-range.ts';

/** A time without a running process, by the wall clock at its end. */
export interface Downtime extends TimeRange {
  /** How the process before it ended. `killed` covers an abort out of memory; `not stopped`: an earlier version noted no more. */
  readonly ended: 'stopped' | 'crashed' | 'killed' | 'machine restarted' | 'slept' | 'not stopped';
  /** The error or exit code of a crash. */
  readonly reason: string | undefined;
}

export interface DowntimeFacts {
  /** Oldest first. */
  readonly rows: readonly Downtime[];
  /** Earlier processes are not known. */
  readonly sinceMillis: number;
  /** A process that was killed, and a suspended machine, ended up to this much later than listed. */
  readonly precisionMillis: number;
}
