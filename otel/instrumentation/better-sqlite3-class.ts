import type DatabaseConstructor from 'better-sqlite3';
import type { DatabaseClass } from '../base/database-class.ts';

/** Throws TypeError unless it is the Database class of better-sqlite3. */
export function assertBetterSqlite3(Database: DatabaseClass): asserts Database is typeof DatabaseConstructor {
  if (typeof Database?.prototype?.prepare !== 'function')
    throw new TypeError(`Expected the Database class of better-sqlite3, got ${typeof Database}`);
}
