import type { Database, Statement } from 'better-sqlite3';

/** The one person who writes here. */
export interface Owner {
  readonly id: number;
  readonly passwordHash: string;
  readonly passwordChangedAtMillis: number;
}

interface OwnerRow {
  readonly id: number;
  readonly password_hash: string;
  readonly password_changed_at: number;
}

/** The name of the only account; what readers see is the author of the blog's settings. */
export const OWNER_NAME = 'owner';

export class OwnerStore {
  readonly #find: Statement<[], OwnerRow>;
  readonly #insert: Statement<[string, string, number, number]>;
  readonly #setPassword: Statement<[string, number, number]>;

  constructor(database: Database) {
    this.#find = database.prepare(
      'SELECT id, password_hash, password_changed_at FROM accounts ORDER BY id LIMIT 1',
    );
    this.#insert = database.prepare(
      `INSERT INTO accounts (name, password_hash, created_at, password_changed_at)
       SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM accounts)`,
    );
    this.#setPassword = database.prepare(
      'UPDATE accounts SET password_hash = ?, password_changed_at = ? WHERE id = ?',
    );
  }

  find(): Owner | undefined {
    const row = this.#find.get();
    return (
      row && { id: row.id, passwordHash: row.password_hash, passwordChangedAtMillis: row.password_changed_at }
    );
  }

  /** Undefined when there is an owner already. */
  create(passwordHash: string, nowMillis: number): Owner | undefined {
    return this.#insert.run(OWNER_NAME, passwordHash, nowMillis, nowMillis).changes === 1
      ? this.find()
      : undefined;
  }

  setPassword(id: number, passwordHash: string, nowMillis: number): void {
    this.#setPassword.run(passwordHash, nowMillis, id);
  }
}
