import type { HistoryFile } from './history-file.ts';

/** A kind of history besides traces and counts: it tracks what is new and has its own bounds on disk. May throw. */
export interface HistoryPart {
  /** Called once, before the first `write`. */
  restore(file: HistoryFile): void;
  /** Called every few seconds, or more often: writes what is new and removes what has expired, a few rows at a time. */
  write(file: HistoryFile): void;
  /** Called by a timer of its own, whatever else there is to write. */
  beat?(file: HistoryFile): void;
  /** The last write. */
  close(file: HistoryFile): void;
}
