import type { TimeRange } from '../query.ts';

/** One closed bucket of one series on its way to the disk or back. */
export interface RollUp {
  readonly tier: number;
  readonly startMillis: number;
  readonly endMillis: number;
  /** Which process, under which run of its clock: nobody else writes this row. */
  readonly owner: string;
  /** `rollUpKey` of it. */
  readonly series: string;
  readonly body: Uint8Array;
}

/** A time in which something was counted and lost. */
export interface LostTime extends TimeRange {
  readonly reason: 'killed' | 'disk';
}

/** Counts of this and of other processes on disk, which memory may have let go or never had. Calls are synchronous; none throws. */
export interface CountsArchive {
  /** Rows that begin in a range, of one series or of all; with `others`, none of this process. */
  read(
    tier: number,
    range: TimeRange,
    options: { readonly series?: string; readonly others?: boolean },
    visit: (rollUp: Pick<RollUp, 'startMillis' | 'series' | 'body'>) => void,
  ): void;
  /** When slots of other processes in a tier began, newest first. */
  starts(tier: number): Iterable<number>;
  /** The parts of a range that the file does not hold (any more). */
  missing(tier: number, range: TimeRange): readonly TimeRange[];
  /** Times of which counts went with a process that was killed, or because the disk did not take them. */
  lost(range: TimeRange): readonly LostTime[];
  /** Where the oldest of it begins; undefined while it is empty. */
  oldestMillis(): number | undefined;
  /** Between which instants counts of other processes were added since this was last asked; undefined when none were. */
  changed(): TimeRange | undefined;
}
