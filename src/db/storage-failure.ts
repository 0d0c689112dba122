/** Why a write to disk or database failed. */
export type StorageFailure = 'locked' | 'full' | 'read-only' | 'broken' | 'gone';

/** Prefixes of SQLite's result codes, and system error codes; the first match counts. */
const CODES: readonly (readonly [RegExp, StorageFailure])[] = [
  [/^SQLITE_(?:BUSY|LOCKED)/, 'locked'],
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/, 'full'],
  [/^SQLITE_READONLY_DBMOVED/, 'gone'],
  [/^(?:SQLITE_READONLY|SQLITE_PERM|EROFS)/, 'read-only'],
  [/^(?:SQLITE_(?:IOERR|CANTOPEN|CORRUPT|NOTADB)|EIO$)/, 'broken'],
];

/** Undefined for errors that are not storage failures. */
export function storageFailureOf(error: unknown): StorageFailure | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? CODES.find(([pattern]) => pattern.test(code))?.[1] : undefined;
}

/** 507 for a full disk, as a retry needs free space first; 503 for the others, which may be temporary. */
export function storageStatus(failure: StorageFailure): 503 | 507 {
  return failure === 'full' ? 507 : 503;
}
