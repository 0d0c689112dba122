import { HistoryFile, HistoryFileError } from './history-file.ts';
import type { HistoryFileOptions } from './history-file.ts';
import { setAside } from './set-aside.ts';
import { type DatabaseOpener, whenFree } from './sqlite-file.ts';

export interface HistoryOpening {
  readonly Database: DatabaseOpener;
  readonly path: string;
  readonly options: HistoryFileOptions;
  readonly nowMillis: number;
  /** Receives one line when a file is set aside or cannot be opened. */
  readonly log: (message: string) => void;
}

/** Opens the file, replacing an unusable one; undefined, after a log line, if it cannot be opened. */
export function openHistory(opening: HistoryOpening): HistoryFile | undefined {
  const { path, log } = opening;
  try {
    return openWhenFree(opening);
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

/** Sets a file aside unless another process has already done so, and opens the current one. */
export function beginAnew(
  opening: HistoryOpening,
  { message, reason, fileId }: Pick<HistoryFileError, 'message' | 'reason' | 'fileId'>,
): HistoryFile {
  const { path, nowMillis, log } = opening;
  const aside = setAside(path, reason, fileId);
  const file = openWhenFree(opening);
  if (aside === undefined) return file;
  log(`telemetry history: ${message}; it was renamed to ${aside} and a new one created`);
  file.counts.table.beginAt(nowMillis);
  return file;
}

/** Throws what HistoryFile throws. */
function openWhenFree({ Database, path, options }: HistoryOpening): HistoryFile {
  return whenFree(() => new HistoryFile(Database, path, options));
}
