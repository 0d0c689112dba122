import { resolve } from 'node:path';
import { storageFailureOf } from './storage-failure.ts';

/** DATA_DIR cannot be made or written; says what to do. */
export class UnwritableDatabaseError extends Error {
  constructor(dataDir: string, cause: unknown) {
    const { code } = Object(cause) as { readonly code?: unknown };
    const advice =
      storageFailureOf(cause) === 'full' || isInputOutput(code)
        ? 'Its disk is full, or reports errors: make room there, a megabyte at least.'
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

/** Names the folder, and what to do, where SQLite says that a disk is full or a file read-only. */
export function orUnwritable<T>(dataDir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = storageFailureOf(error);
    const isOurs = failure === 'full' || failure === 'read-only' || isInputOutput(Object(error).code);
    throw isOurs ? new UnwritableDatabaseError(dataDir, error) : error;
  }
}

/** SQLite's word for a disk that is full when it makes the index of its log. */
function isInputOutput(code: unknown): boolean {
  return String(code).startsWith('SQLITE_IOERR');
}
