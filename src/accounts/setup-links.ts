import type { Database, Statement } from 'better-sqlite3';
import type { OwnerStore } from './owner-store.ts';
import { createSecretToken, digestOfToken } from '../process/secret-token.ts';

export const SETUP_LIFETIME_MILLIS = 24 * 60 * 60 * 1000;
/** Short, as it is created at the shell to be opened now. */
export const OWNER_LIFETIME_MILLIS = 60 * 60 * 1000;

/** `setup` creates the owner of a blog that has none; `owner` signs the owner in. */
export type LinkPurpose = 'setup' | 'owner';

export interface SetupLink {
  /** Path and query, without the origin. */
  readonly path: string;
  readonly expiresAtMillis: number;
  readonly purpose: LinkPurpose;
}

export type SetupTokenState = 'valid' | 'used' | 'expired' | 'unknown';

interface TokenRow {
  readonly expires_at: number;
  readonly used_at: number | null;
  readonly purpose: LinkPurpose;
}

/** One-time links for people with access to the machine. */
export class SetupLinks {
  readonly #database: Database;
  readonly #owners: OwnerStore;
  readonly #now: () => number;
  readonly #void: Statement<[]>;
  readonly #insert: Statement<[string, number, number, LinkPurpose]>;
  readonly #find: Statement<[string], TokenRow>;
  readonly #use: Statement<[{ hash: string; now: number; purpose: LinkPurpose }]>;

  constructor(database: Database, owners: OwnerStore, now: () => number) {
    this.#database = database;
    this.#owners = owners;
    this.#now = now;
    this.#void = database.prepare('DELETE FROM setup_tokens WHERE used_at IS NULL');
    this.#insert = database.prepare(
      'INSERT INTO setup_tokens (token_hash, created_at, expires_at, purpose) VALUES (?, ?, ?, ?)',
    );
    this.#find = database.prepare(
      'SELECT expires_at, used_at, purpose FROM setup_tokens WHERE token_hash = ?',
    );
    this.#use = database.prepare(
      `UPDATE setup_tokens SET used_at = @now
       WHERE token_hash = @hash AND purpose = @purpose AND used_at IS NULL AND expires_at > @now`,
    );
  }

  /** Creates a set-up link and voids earlier ones; undefined if the blog has an owner. */
  create(): SetupLink | undefined {
    return this.#database
      .transaction(() => (this.#owners.find() === undefined ? this.#make('setup') : undefined))
      .immediate();
  }

  /** Creates a sign-in link for the owner, or a set-up link if there is none; voids earlier links. */
  createForOwner(): SetupLink {
    return this.#database
      .transaction(() => this.#make(this.#owners.find() === undefined ? 'setup' : 'owner'))
      .immediate();
  }

  #make(purpose: LinkPurpose): SetupLink {
    const token = createSecretToken();
    const now = this.#now();
    const expiresAtMillis = now + (purpose === 'setup' ? SETUP_LIFETIME_MILLIS : OWNER_LIFETIME_MILLIS);
    this.#void.run();
    this.#insert.run(digestOfToken(token), now, expiresAtMillis, purpose);
    return { path: `/admin/setup?token=${token}`, expiresAtMillis, purpose };
  }

  state(token: string): SetupTokenState {
    const row = this.#find.get(digestOfToken(token));
    if (row === undefined) return 'unknown';
    if (row.used_at !== null) return 'used';
    return row.expires_at > this.#now() ? 'valid' : 'expired';
  }

  /** Returns the purpose of a link; undefined if there is no such link. */
  purpose(token: string): LinkPurpose | undefined {
    return this.#find.get(digestOfToken(token))?.purpose;
  }

  /** Marks a link as used; returns false if it is used, expired or unknown. Call it in the transaction of what it grants. */
  use(token: string, purpose: LinkPurpose): boolean {
    return this.#use.run({ hash: digestOfToken(token), now: this.#now(), purpose }).changes === 1;
  }

  /** Voids the unused links. */
  voidAll(): void {
    this.#void.run();
  }
}
