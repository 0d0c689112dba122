import type { Database, Statement } from 'better-sqlite3';
import type { Owner, OwnerStore } from './owner-store.ts';
import { createSecretToken, digestOfToken } from './secret-token.ts';

const LIFETIME_MILLIS = 24 * 60 * 60 * 1000;

export interface SetupLink {
  /** Path and query; the origin goes before it. */
  readonly path: string;
  readonly expiresAtMillis: number;
}

export type SetupTokenState = 'valid' | 'used' | 'expired' | 'unknown';

interface TokenRow {
  readonly expires_at: number;
  readonly used_at: number | null;
}

/** One-time links by which the first visitor with access to the machine becomes the owner. */
export class SetupLinks {
  readonly #database: Database;
  readonly #owners: OwnerStore;
  readonly #now: () => number;
  readonly #void: Statement<[]>;
  readonly #insert: Statement<[string, number, number]>;
  readonly #find: Statement<[string], TokenRow>;
  readonly #use: Statement<[{ hash: string; now: number }]>;

  constructor(database: Database, owners: OwnerStore, now: () => number) {
    this.#database = database;
    this.#owners = owners;
    this.#now = now;
    this.#void = database.prepare('DELETE FROM setup_tokens WHERE used_at IS NULL');
    this.#insert = database.prepare(
      'INSERT INTO setup_tokens (token_hash, created_at, expires_at) VALUES (?, ?, ?)',
    );
    this.#find = database.prepare('SELECT expires_at, used_at FROM setup_tokens WHERE token_hash = ?');
    this.#use = database.prepare(
      'UPDATE setup_tokens SET used_at = @now WHERE token_hash = @hash AND used_at IS NULL AND expires_at > @now',
    );
  }

  /** A fresh link, which voids the ones before; undefined when the blog has its owner. */
  create(): SetupLink | undefined {
    if (this.#owners.find() !== undefined) return undefined;
    const token = createSecretToken();
    const now = this.#now();
    const expiresAtMillis = now + LIFETIME_MILLIS;
    this.#database.transaction(() => {
      this.#void.run();
      this.#insert.run(digestOfToken(token), now, expiresAtMillis);
    })();
    return { path: `/admin/setup?token=${token}`, expiresAtMillis };
  }

  state(token: string): SetupTokenState {
    const row = this.#find.get(digestOfToken(token));
    if (row === undefined) return 'unknown';
    if (row.used_at !== null) return 'used';
    return row.expires_at > this.#now() ? 'valid' : 'expired';
  }

  /** Uses up the token and makes the owner, both or neither; undefined when somebody else was faster. */
  redeem(token: string, passwordHash: string): Owner | undefined {
    return this.#database
      .transaction(() => {
        const now = this.#now();
        if (this.#use.run({ hash: digestOfToken(token), now }).changes !== 1) return undefined;
        return this.#owners.create(passwordHash, now);
      })
      .immediate();
  }
}
