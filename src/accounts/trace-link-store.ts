import type { Database, Statement } from 'better-sqlite3';
import { createSecretToken, digestOfToken } from './secret-token.ts';

const LIFETIME_MILLIS = 7 * 24 * 60 * 60 * 1000;
/** More than anybody can keep an eye on. */
const MAX_LINKS = 100;

interface TraceLinkRow {
  readonly id: number;
  readonly traceId: string;
  readonly createdAtMillis: number;
  readonly expiresAtMillis: number;
}

/** Links that show a single trace, read-only, to people who cannot sign in: for a week, unless revoked. Errors of the database pass through. */
export class TraceLinkStore {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #insert: Statement<[string, string, number, number]>;
  readonly #expire: Statement<[number]>;
  readonly #count: Statement<[], { readonly links: number }>;
  readonly #find: Statement<[string, number], { readonly traceId: string; readonly expiresAtMillis: number }>;
  readonly #list: Statement<[number], TraceLinkRow>;
  readonly #revoke: Statement<[number]>;

  /** @param now Epoch milliseconds. */
  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
    this.#insert = database.prepare(
      'INSERT INTO trace_links (token_hash, trace_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    );
    this.#expire = database.prepare('DELETE FROM trace_links WHERE expires_at <= ?');
    this.#count = database.prepare('SELECT count(*) AS links FROM trace_links');
    this.#find = database.prepare(
      'SELECT trace_id AS traceId, expires_at AS expiresAtMillis FROM trace_links WHERE token_hash = ? AND expires_at > ?',
    );
    this.#list = database.prepare(
      `SELECT id, trace_id AS traceId, created_at AS createdAtMillis, expires_at AS expiresAtMillis
       FROM trace_links WHERE expires_at > ? ORDER BY id DESC`,
    );
    this.#revoke = database.prepare('DELETE FROM trace_links WHERE id = ?');
  }

  /** Returns the token of a new link; undefined if there are 100 already. */
  create(traceId: string): string | undefined {
    return this.#database
      .transaction(() => {
        const now = this.#now();
        this.#expire.run(now);
        if (this.#count.get()!.links >= MAX_LINKS) return undefined;
        const token = createSecretToken();
        this.#insert.run(digestOfToken(token), traceId, now, now + LIFETIME_MILLIS);
        return token;
      })
      .immediate();
  }

  /** The trace that a token shows; undefined if it is unknown, expired or revoked. */
  find(token: string): { readonly traceId: string; readonly expiresAtMillis: number } | undefined {
    return this.#find.get(digestOfToken(token), this.#now());
  }

  /** Links that open, newest first. */
  list(): readonly TraceLinkRow[] {
    return this.#list.all(this.#now());
  }

  /** Returns false if there is no such link. */
  revoke(id: number): boolean {
    return this.#revoke.run(id).changes === 1;
  }
}
