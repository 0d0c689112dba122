import type { Database, Statement } from 'better-sqlite3';
import { createSecretToken } from './secret-token.ts';

/** The one person who writes here. */
export interface Owner {
  readonly id: number;
  readonly passwordHash: string;
  readonly passwordChangedAtMillis: number;
  /** How often all sessions were ended. */
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

/** The name of the only account; what readers see is the author of the blog's settings. */
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

  /** Undefined when there is an owner already. */
  create(passwordHash: string, nowMillis: number): Owner | undefined {
    return this.#insert.run(OWNER_NAME, passwordHash, nowMillis, nowMillis, createSecretToken()).changes === 1
      ? this.find()
      : undefined;
  }

  /** Browsers known by the password before are known no longer. */
  setPassword(id: number, passwordHash: string, nowMillis: number): void {
    this.#setPassword.run(passwordHash, nowMillis, createSecretToken(), id);
  }

  /** What is being checked against the present epoch comes to nothing. */
  nextEpoch(id: number): void {
    this.#endSessions.run(id);
  }
}
