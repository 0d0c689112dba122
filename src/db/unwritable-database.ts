import { resolve } from 'node:path';
import { storageFailureOf } from './storage-failure.ts';

/** DATA_DIR cannot be created or written; the message says what to do. */
export class UnwritableDatabaseError extends Error {
  readonly isForPeople = true;
  constructor(dataDir: string, cause: unknown) {
    const { code } = Object(cause) as { readonly code?: unknown };
    const advice =
      storageFailureOf(cause) === 'full' || isInputOutput(code)
        ? 'The disk is full or reports errors: free at least a megabyte.'
        : 'Make the folder writable for this user, or set DATA_DIR to another.';
    super(
      `${resolve(dataDir)} cannot be written (${String(code)}), and Glasshouse keeps its posts there. ${advice}`,
      {
        cause,
      },
    );
    this.name = 'UnwritableDatabaseError';
  }
}

/** Converts SQLite's errors of a full disk or a read-only file. */
export function orUnwritable<T>(dataDir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = storageFailureOf(error);
    const isOurs = failure === 'full' || failure === 'read-only' || isInputOutput(Object(error).code);
    throw isOurs ? new UnwritableDatabaseError(dataDir, error) : error;
  }
}

/** SQLite's code for a full disk when it creates the WAL index. */
function isInputOutput(code: unknown): boolean {
  return String(code).startsWith('SQLITE_IOERR');
}
