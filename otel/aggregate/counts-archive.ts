import type { TimeRange } from '../query.ts';

/** One closed bucket of one series, as written to disk. */
export interface RollUp {
  readonly tier: number;
  readonly startMillis: number;
  readonly endMillis: number;
  /** Process and run of its clock: no other writes this row. */
  readonly owner: string;
  /** See `rollUpKey`. */
  readonly series: string;
  readonly body: Uint8Array;
}

/** A time range whose counts are lost. */
export interface LostTime extends TimeRange {
  readonly reason: 'killed' | 'disk';
}

/** Counts on disk of this and other processes, which memory may have dropped or never had. Synchronous; never throws. */
export interface CountsArchive {
  /** Rows that begin in a range, of one series or all; with `others`, without those of this process. */
  read(
    tier: number,
    range: TimeRange,
    options: { readonly series?: string; readonly others?: boolean },
    visit: (rollUp: Pick<RollUp, 'startMillis' | 'series' | 'body'>) => void,
  ): void;
  /** Starts of slots of other processes in a tier, newest first. */
  starts(tier: number): Iterable<number>;
  /** Parts of a range that the file does not hold, or no longer holds. */
  missing(tier: number, range: TimeRange): readonly TimeRange[];
  /** Ranges whose counts were lost with a killed process, or because the disk failed. */
  lost(range: TimeRange): readonly LostTime[];
  /** Start of the oldest row; undefined while empty. */
  oldestMillis(): number | undefined;
  /** Range in which counts of other processes were added since the previous call; undefined if none were. */
  changed(): TimeRange | undefined;
}
