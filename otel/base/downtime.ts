import type { TimeRange } from './time-range.ts';

/** A time without a running process that listens, by the wall clock at its end; up to the start of the next one if it is not known when that listened. */
export interface Downtime extends TimeRange {
  /** Of the next process. */
  readonly startedMillis: number;
  /** False if it ends with that start, as it is not known when a server listened: it was longer. */
  readonly isWhole: boolean;
  /** How the process before it ended. `killed` covers an abort out of memory; `not stopped`: an earlier version noted no more. */
  readonly ended: 'stopped' | 'crashed' | 'killed' | 'machine restarted' | 'slept' | 'not stopped';
  /** The error or exit code of a crash. */
  readonly reason: string | undefined;
  /** Of its error. */
  readonly stack?: string | undefined;
  /** The begin by the clock of the process that ended, as its traces and log lines have it: the clock may have been set meanwhile. */
  readonly seenMillis: number;
  /** It began up to this much later, so it was that much shorter, as nobody noted the end; 0 if it was noted. */
  readonly uncertainMillis: number;
}

export interface DowntimeFacts {
  /** Oldest first. */
  readonly rows: readonly Downtime[];
  /** Earlier processes are not known. */
  readonly sinceMillis: number;
  /** Between two heartbeats at most, while the event loop is not held: what `uncertainMillis` is from now on. */
  readonly precisionMillis: number;
}

/** What a process found at its start. */
export interface ProcessBefore {
  /** `running`: no downtime, as another process wrote into the same history file. */
  readonly ended: Downtime['ended'] | 'running';
  /** When it ended or was last seen, by the clock at the start: the same time as in the ledger of downtime. */
  readonly atMillis: number;
  /** The same by the clock of the process that ended, as its counts have it, if the clock was set meanwhile. */
  readonly seenMillis?: number | undefined;
  readonly pid: number;
  /** The error or exit code of a crash. */
  readonly reason?: string | undefined;
  /** Of one that was running: how it ended, at `atMillis`; undefined if it still runs. */
  readonly endedLater?: Downtime['ended'] | undefined;
}
