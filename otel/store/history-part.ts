import type { HistoryFile } from './history-file.ts';

/** A kind of what the history keeps beside traces and counts: it knows what of it is new, and its own bounds on disk. May throw. */
export interface HistoryPart {
  /** Called once, before the first `write`. */
  restore(file: HistoryFile): void;
  /** Called once in some seconds, or more often: writes what is new and removes what is over, a few rows at a time. */
  write(file: HistoryFile): void;
  /** The last write. */
  close(file: HistoryFile): void;
}
