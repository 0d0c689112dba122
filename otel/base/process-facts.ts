import type { Downtime } from './downtime.ts';

/** A value that cannot be read, for example without a free file descriptor, is NaN: null in JSON, a dash on pages. */
export interface RuntimeSample {
  /** Shares, delays and pauses cover the period from here to `atMillis`; sizes are those at `atMillis`. */
  readonly fromMillis: number;
  readonly atMillis: number;
  /** Identifies the process: a new one starts with a new heap, and there is a gap between two. */
  readonly processStartedAtMillis: number;
  readonly rssBytes: number;
  /** The highest value seen, also between samples if the system's own high-water mark rose. */
  readonly rssMaxBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  /** In cores, 0–n. */
  readonly cpuUtilization: number;
  readonly eventLoopDelayP50Millis: number;
  readonly eventLoopDelayP99Millis: number;
  /** The longest time the event loop was blocked. */
  readonly eventLoopDelayMaxMillis: number;
  /** 0–1. */
  readonly eventLoopUtilization: number;
  /** Total of all pauses in the period; below it the longest one. */
  readonly gcPauseMillis: number;
  readonly gcPauseMaxMillis: number;
  readonly gcCount: number;
  readonly activeHandles: number;
  /** Open files and sockets; below it the highest of one reading a second. */
  readonly openFiles: number;
  readonly openFilesMax: number;
  /** The least right after a full garbage collection of the period: what is really in use. NaN if there was none. */
  readonly heapFloorBytes: number;
  readonly rssFloorBytes: number;
  /** How long the process had run, by the monotonic clock: no step of the wall clock is in it. NaN in samples of older versions. */
  readonly ranMillis: number;
}

/** Memory of one runtime sample: the least after its full garbage collections. */
export interface MemoryFloor {
  readonly atMillis: number;
  /** How long the process had run by then, by the monotonic clock; of an older version, how long it had been sampled. */
  readonly ranMillis: number;
  /** NaN if there was no full collection, as in an idle process for minutes. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Of the heap at `atMillis`, with what a collection would free: more than what is held. */
  readonly usedBytes: number;
}

/** This or an earlier process that wrote into the history file, and what was left of its memory after full collections. */
export interface ProcessCourse {
  readonly startedAtMillis: number;
  readonly pid: number;
  readonly version: string | undefined;
  /** As in the ledger of downtime, by the clock at the next start; both undefined while it runs. */
  readonly endedAtMillis: number | undefined;
  readonly ended: Downtime['ended'] | undefined;
  /** The error or exit code of a crash. */
  readonly reason: string | undefined;
  /** From its start to its end without times in which the machine was suspended, whatever the wall clock said. */
  readonly ranMillis: number;
  /** Oldest first: of each sample if it ran within the last day, else the least of each quarter of an hour. */
  readonly floors: readonly MemoryFloor[];
  readonly floorsPer: 'sample' | 'quarter hour';
}

export interface ProcessFacts {
  readonly pid: number;
  readonly nodeVersion: string;
  /** `service.version`; undefined if nothing says it. */
  readonly version?: string | undefined;
  readonly startedAtMillis: number;
  readonly uptimeSeconds: number;
  /** Measured at the time of the call. */
  readonly current: RuntimeSample;
  /** Why a value of `current` is unknown. */
  readonly problem: string | undefined;
  /** Since the process started, from the system's own high-water mark. */
  readonly highWaterRssBytes: number;
  /** V8's heap limit. */
  readonly heapLimitBytes: number;
  /** Maximum number of open files and sockets; NaN if the system does not report it. */
  readonly openFilesLimit: number;
  /** What keeps the event loop alive, counted by Node's name for its kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** The machine, or the container's share of it; `loadAverage` covers one minute and is undefined where the system does not report it. */
  readonly machine: {
    readonly processors: number;
    readonly loadAverage: number | undefined;
    readonly memoryBytes: number;
    readonly availableMemoryBytes: number;
  };
}
