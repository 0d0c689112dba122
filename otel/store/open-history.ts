import type DatabaseConstructor from 'better-sqlite3';
import { HistoryFile, HistoryFileError } from './history-file.ts';
import type { HistoryFileOptions } from './history-file.ts';
import { setAside } from './set-aside.ts';

export interface HistoryOpening {
  readonly Database: typeof DatabaseConstructor;
  readonly path: string;
  readonly options: HistoryFileOptions;
  readonly nowMillis: number;
  /** Gets one line when a file is set aside or cannot be opened. */
  readonly log: (message: string) => void;
}

/** The file, begun anew when it is of no use; undefined, and a line says why, when it cannot be opened. */
export function openHistory(opening: HistoryOpening): HistoryFile | undefined {
  const { Database, path, options, log } = opening;
  try {
    return new HistoryFile(Database, path, options);
  } catch (error) {
    if (!(error instanceof HistoryFileError)) {
      log(`telemetry history is off: ${path} cannot be opened: ${String(error)}`);
      return undefined;
    }
    if (error.reason !== 'in use') return beginAnew(opening, error);
    log(`telemetry history is off: ${error.message}`);
    return undefined;
  }
}

/** Sets a file aside unless another process has done so already, and opens the one that is there then. */
export function beginAnew(
  { Database, path, options, nowMillis, log }: HistoryOpening,
  { message, reason, fileId }: Pick<HistoryFileError, 'message' | 'reason' | 'fileId'>,
): HistoryFile {
  const aside = setAside(path, reason, fileId);
  const file = new HistoryFile(Database, path, options);
  if (aside === undefined) return file;
  log(`telemetry history: ${message}; it was renamed to ${aside} and a new one begun`);
  file.counts.table.beginAt(nowMillis);
  return file;
}
