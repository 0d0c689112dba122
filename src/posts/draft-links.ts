import type { Database, Statement } from 'better-sqlite3';
import { createSecretToken, digestOfToken } from '../process/secret-token.ts';

const LIFETIME_MILLIS = 7 * 24 * 60 * 60 * 1000;
/** More than anybody can keep an eye on. */
const MAX_LINKS = 100;

/** A link to a post that is not published, for people who cannot sign in. */
export interface DraftLink {
  readonly id: number;
  readonly createdAtMillis: number;
  readonly expiresAtMillis: number;
}

/** What a link opens. */
export interface SharedDraft {
  readonly postId: number;
  readonly expiresAtMillis: number;
}

/** Secret links to drafts: each for a week, unless revoked. Only digests of their tokens are stored. */
export class DraftLinks {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #insert: Statement<[string, number, number, number]>;
  readonly #expire: Statement<[number]>;
  readonly #count: Statement<[], { links: number }>;
  readonly #find: Statement<[string, number], SharedDraft>;
  readonly #uses: Statement<[string, number, string], { one: number }>;
  readonly #list: Statement<[number, number], DraftLink>;
  readonly #delete: Statement<[number, number]>;

  /** @param now Epoch milliseconds. */
  constructor(database: Database, { now }: { readonly now: () => number }) {
    this.#database = database;
    this.#now = now;
    this.#insert = database.prepare(
      'INSERT INTO draft_links (token_hash, post_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    );
    this.#expire = database.prepare('DELETE FROM draft_links WHERE expires_at <= ?');
    this.#count = database.prepare('SELECT count(*) AS links FROM draft_links');
    this.#find = database.prepare(
      'SELECT post_id AS postId, expires_at AS expiresAtMillis FROM draft_links WHERE token_hash = ? AND expires_at > ?',
    );
    this.#uses = database.prepare(
      `SELECT 1 AS one FROM draft_links JOIN posts ON posts.id = draft_links.post_id
         JOIN media_uses ON media_uses.post_id = posts.id
       WHERE token_hash = ? AND expires_at > ? AND media_uses.media_path = ? AND posts.deleted_at IS NULL`,
    );
    this.#list = database.prepare(
      `SELECT id, created_at AS createdAtMillis, expires_at AS expiresAtMillis FROM draft_links
       WHERE post_id = ? AND expires_at > ? ORDER BY id DESC`,
    );
    this.#delete = database.prepare('DELETE FROM draft_links WHERE id = ? AND post_id = ?');
  }

  /** Returns the token of a new link; undefined if there are 100 already. */
  create(postId: number): string | undefined {
    return this.#database
      .transaction(() => {
        const now = this.#now();
        this.#expire.run(now);
        if (this.#count.get()!.links >= MAX_LINKS) return undefined;
        const token = createSecretToken();
        this.#insert.run(digestOfToken(token), postId, now, now + LIFETIME_MILLIS);
        return token;
      })
      .immediate();
  }

  /** Undefined if the token is unknown, expired or revoked. */
  find(token: string): SharedDraft | undefined {
    return token === '' ? undefined : this.#find.get(digestOfToken(token), this.#now());
  }

  /** Returns true if the post of the link shows this file. */
  opensMedia(token: string, name: string): boolean {
    return token !== '' && this.#uses.get(digestOfToken(token), this.#now(), name) !== undefined;
  }

  /** Links to a post that open, newest first. */
  list(postId: number): readonly DraftLink[] {
    return this.#list.all(postId, this.#now());
  }

  /** Returns false if the post has no such link (any more). */
  revoke(postId: number, id: number): boolean {
    return this.#delete.run(id, postId).changes > 0;
  }
}
