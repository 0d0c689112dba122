import type { Database, Statement } from 'better-sqlite3';
import { createSecretToken } from '../process/secret-token.ts';

/** The blog's only account. */
export interface Owner {
  readonly id: number;
  readonly passwordHash: string;
  readonly passwordChangedAtMillis: number;
  /** Counts how often all sessions were ended. */
  readonly sessionEpoch: number;
  /** Signs the cookies of known browsers. */
  readonly browserKey: string;
}

interface OwnerRow {
  readonly id: number;
  readonly password_hash: string;
  readonly password_changed_at: number;
  readonly session_epoch: number;
  readonly browser_key: string;
}

/** The account's name. Readers see the author from the blog's settings instead. */
export const OWNER_NAME = 'owner';

export class OwnerStore {
  readonly #find: Statement<[], OwnerRow>;
  readonly #insert: Statement<[string, string, number, number, string]>;
  readonly #setPassword: Statement<[string, number, string, number]>;
  readonly #endSessions: Statement<[number]>;

  constructor(database: Database) {
    this.#find = database.prepare(
      'SELECT id, password_hash, password_changed_at, session_epoch, browser_key FROM accounts ORDER BY id LIMIT 1',
    );
    this.#insert = database.prepare(
      `INSERT INTO accounts (name, password_hash, created_at, password_changed_at, browser_key)
       SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM accounts)`,
    );
    this.#setPassword = database.prepare(
      'UPDATE accounts SET password_hash = ?, password_changed_at = ?, browser_key = ? WHERE id = ?',
    );
    this.#endSessions = database.prepare(
      'UPDATE accounts SET session_epoch = session_epoch + 1 WHERE id = ?',
    );
  }

  find(): Owner | undefined {
    const row = this.#find.get();
    return (
      row && {
        id: row.id,
        passwordHash: row.password_hash,
        passwordChangedAtMillis: row.password_changed_at,
        sessionEpoch: row.session_epoch,
        browserKey: row.browser_key,
      }
    );
  }

  /** Undefined if there is an owner already. */
  create(passwordHash: string, nowMillis: number): Owner | undefined {
    return this.#insert.run(OWNER_NAME, passwordHash, nowMillis, nowMillis, createSecretToken()).changes === 1
      ? this.find()
      : undefined;
  }

  /** Also replaces the browser key, so known browsers become strangers. */
  setPassword(id: number, passwordHash: string, nowMillis: number): void {
    this.#setPassword.run(passwordHash, nowMillis, createSecretToken(), id);
  }

  /** Invalidates checks in progress against the current epoch. */
  nextEpoch(id: number): void {
    this.#endSessions.run(id);
  }
}
