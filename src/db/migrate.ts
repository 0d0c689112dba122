import type { Database } from 'better-sqlite3';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';

/** The file was written by a newer Glasshouse. */
export class NewerDatabaseError extends Error {
  readonly isForPeople = true;
  constructor(file: string, found: number, known: number) {
    super(
      `${file} has schema ${found}, but this Glasshouse supports schemas up to ${known}. ` +
        'Start the newer Glasshouse that wrote it, or set DATA_DIR to another folder.',
    );
    this.name = 'NewerDatabaseError';
  }
}

/** The file is an SQLite database of another program. */
export class ForeignDatabaseError extends Error {
  readonly isForPeople = true;
  constructor(file: string) {
    super(
      `${file} is a database of another program: it has tables but no Glasshouse schema. Set DATA_DIR to another folder.`,
    );
    this.name = 'ForeignDatabaseError';
  }
}

function versionOf(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

/**
 * Migrates the schema, each step in its own immediate transaction: an interrupted start loses nothing, and if two processes start at
 * once, one waits and then finds nothing to do. Throws NewerDatabaseError or ForeignDatabaseError.
 */
export function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const known = migrations.at(-1)?.version ?? 0;
  const found = versionOf(database);
  if (found > known) throw new NewerDatabaseError(database.name, found, known);
  if (found === known) return;
  if (found === 0 && database.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
    // Another process may have run the first step since the version was read.
    if (versionOf(database) === 0) throw new ForeignDatabaseError(database.name);
  }
  for (const migration of migrations) {
    database
      .transaction(() => {
        if (versionOf(database) >= migration.version) return;
        database.exec(migration.sql);
        database.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
}
