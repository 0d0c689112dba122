/** Why the disk or the database did not take a write. */
export type StorageFailure = 'locked' | 'full' | 'read-only' | 'broken' | 'gone';

/** SQLite's result codes, by how they begin, and the system's own; the first that fits counts. */
const CODES: readonly (readonly [RegExp, StorageFailure])[] = [
  [/^SQLITE_(?:BUSY|LOCKED)/, 'locked'],
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/, 'full'],
  [/^SQLITE_READONLY_DBMOVED/, 'gone'],
  [/^(?:SQLITE_READONLY|SQLITE_PERM|EROFS)/, 'read-only'],
  [/^(?:SQLITE_(?:IOERR|CANTOPEN|CORRUPT|NOTADB)|EIO$)/, 'broken'],
];

/** Undefined for errors that have nothing to do with where the data are kept. */
export function storageFailureOf(error: unknown): StorageFailure | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? CODES.find(([pattern]) => pattern.test(code))?.[1] : undefined;
}

/** 507 says that trying again is of no use until there is room; the others may pass. */
export function storageStatus(failure: StorageFailure): 503 | 507 {
  return failure === 'full' ? 507 : 503;
}
