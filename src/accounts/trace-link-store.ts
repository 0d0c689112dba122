import type { Database, Statement } from 'better-sqlite3';
import { createSecretToken, digestOfToken } from '../process/secret-token.ts';

const LIFETIME_MILLIS = 7 * 24 * 60 * 60 * 1000;
/** More than anybody can keep an eye on. */
const MAX_LINKS = 100;

interface TraceLinkRow {
  readonly id: number;
  readonly traceId: string;
  readonly createdAtMillis: number;
  readonly expiresAtMillis: number;
}

interface EndingLink {
  readonly id: number;
  readonly traceId: string;
  readonly pins: number;
}

/** Links that show a single trace, read-only, to people who cannot sign in: for a week, unless revoked. Errors of the database pass through. */
export class TraceLinkStore {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #insert: Statement<[string, string, number, number, number]>;
  readonly #expired: Statement<[number], EndingLink>;
  readonly #one: Statement<[number], EndingLink>;
  readonly #inherit: Statement<[string]>;
  readonly #delete: Statement<[number]>;
  readonly #count: Statement<[], { readonly links: number }>;
  readonly #find: Statement<[string, number], { readonly traceId: string; readonly expiresAtMillis: number }>;
  readonly #list: Statement<[number], TraceLinkRow>;

  /** @param now Epoch milliseconds. */
  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
    this.#insert = database.prepare(
      'INSERT INTO trace_links (token_hash, trace_id, created_at, expires_at, pins) VALUES (?, ?, ?, ?, ?)',
    );
    this.#expired = database.prepare(
      'SELECT id, trace_id AS traceId, pins FROM trace_links WHERE expires_at <= ?',
    );
    this.#one = database.prepare('SELECT id, trace_id AS traceId, pins FROM trace_links WHERE id = ?');
    this.#inherit = database.prepare(
      'UPDATE trace_links SET pins = 1 WHERE id = (SELECT MAX(id) FROM trace_links WHERE trace_id = ?)',
    );
    this.#count = database.prepare('SELECT count(*) AS links FROM trace_links');
    this.#find = database.prepare(
      'SELECT trace_id AS traceId, expires_at AS expiresAtMillis FROM trace_links WHERE token_hash = ? AND expires_at > ?',
    );
    this.#list = database.prepare(
      `SELECT id, trace_id AS traceId, created_at AS createdAtMillis, expires_at AS expiresAtMillis
       FROM trace_links WHERE expires_at > ? ORDER BY id DESC`,
    );
    this.#delete = database.prepare('DELETE FROM trace_links WHERE id = ?');
  }

  /** Returns the token of a new link; undefined if there are 100 already. @param pins The trace was pinned for it. */
  create(traceId: string, pins = false): string | undefined {
    return this.#database
      .transaction(() => {
        const now = this.#now();
        if (this.#count.get()!.links >= MAX_LINKS) return undefined;
        const token = createSecretToken();
        this.#insert.run(digestOfToken(token), traceId, now, now + LIFETIME_MILLIS, pins ? 1 : 0);
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

  /** Ends a link; returns its trace if it was pinned for it, and for no other link that is left. */
  revoke(id: number): readonly string[] {
    return this.#end(() => this.#one.all(id));
  }

  /** Ends those that have expired; returns the traces that were pinned for them alone. */
  expire(): readonly string[] {
    const now = this.#now();
    return this.#expired.get(now) === undefined ? [] : this.#end(() => this.#expired.all(now));
  }

  #end(find: () => readonly EndingLink[]): readonly string[] {
    return this.#database
      .transaction(() =>
        find().flatMap(({ id, traceId, pins }) => {
          this.#delete.run(id);
          return pins === 1 && this.#inherit.run(traceId).changes === 0 ? [traceId] : [];
        }),
      )
      .immediate();
  }
}
