// No library: session middleware stores the cookie's id itself; this store has digests only, limits sessions, lists them and ends single ones.
import type { Database, Statement } from 'better-sqlite3';
import { createSecretToken, digestOfToken } from '../process/secret-token.ts';
import { SessionSightings } from './session-sightings.ts';

const DAY_MILLIS = 24 * 60 * 60 * 1000;
export const IDLE_LIMIT_MILLIS = 14 * DAY_MILLIS;
export const ABSOLUTE_LIMIT_MILLIS = 90 * DAY_MILLIS;
const MAX_USER_AGENT_CHARACTERS = 200;
/** Beyond it, the oldest sessions end. */
const MAX_SESSIONS = 50;

export interface Session {
  /** Digest of the cookie's token; identifies the session in the list, grants no access. */
  readonly id: string;
  readonly accountId: number;
  /** Signs form tokens. */
  readonly formSecret: string;
  readonly createdAtMillis: number;
  readonly lastSeenAtMillis: number;
  readonly expiresAtMillis: number;
  readonly userAgent: string;
}

interface SessionRow {
  readonly token_hash: string;
  readonly account_id: number;
  readonly csrf_secret: string;
  readonly created_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
  readonly user_agent: string;
}

function sessionOf(row: SessionRow): Session {
  return {
    id: row.token_hash,
    accountId: row.account_id,
    formSecret: row.csrf_secret,
    createdAtMillis: row.created_at,
    lastSeenAtMillis: row.last_seen_at,
    expiresAtMillis: row.expires_at,
    userAgent: row.user_agent,
  };
}

/** Stores sessions. The file has only digests, so its reader cannot sign in. */
export class SessionStore {
  readonly #now: () => number;
  readonly #insert: Statement<[string, number, string, number, number, number, string]>;
  readonly #prune: Statement<[{ now: number; idleSince: number; max: number }]>;
  readonly #find: Statement<[string, number], SessionRow>;
  readonly #sightings: SessionSightings;
  readonly #list: Statement<[number], SessionRow>;
  readonly #remove: Statement<[string]>;
  readonly #removeAll: Statement<[string]>;

  constructor(database: Database, now: () => number) {
    this.#now = now;
    this.#insert = database.prepare(
      `INSERT INTO sessions (token_hash, account_id, csrf_secret, created_at, last_seen_at, expires_at, user_agent)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#prune = database.prepare(
      `DELETE FROM sessions WHERE expires_at <= @now OR last_seen_at <= @idleSince OR token_hash IN
         (SELECT token_hash FROM sessions ORDER BY last_seen_at DESC LIMIT -1 OFFSET @max)`,
    );
    this.#find = database.prepare('SELECT * FROM sessions WHERE token_hash = ? AND expires_at > ?');
    this.#sightings = new SessionSightings(database);
    this.#list = database.prepare('SELECT * FROM sessions WHERE expires_at > ? ORDER BY token_hash');
    this.#remove = database.prepare('DELETE FROM sessions WHERE token_hash = ?');
    this.#removeAll = database.prepare('DELETE FROM sessions WHERE token_hash <> ?');
  }

  /** The token goes into the cookie and is not stored. */
  create(accountId: number, userAgent: string): { readonly token: string; readonly session: Session } {
    const token = createSecretToken();
    const now = this.#now();
    const agent = userAgent.slice(0, MAX_USER_AGENT_CHARACTERS);
    const id = digestOfToken(token);
    this.#insert.run(id, accountId, createSecretToken(), now, now, now + ABSOLUTE_LIMIT_MILLIS, agent);
    this.#prune.run({ now, idleSince: now - IDLE_LIMIT_MILLIS, max: MAX_SESSIONS });
    return { token, session: this.find(token)! };
  }

  /** Returns the session of a cookie within both time limits, and records that it was seen. */
  find(token: string): Session | undefined {
    const id = digestOfToken(token);
    const session = this.#live(id);
    if (session !== undefined) this.#sightings.note(id, session.lastSeenAtMillis, this.#now());
    return session;
  }

  /** As `find`, without recording that the session was seen. */
  isLive(id: string): boolean {
    return this.#live(id) !== undefined;
  }

  /** Sorted by last seen, newest first. */
  list(): readonly Session[] {
    return this.#list
      .all(this.#now())
      .map((row) => this.#seen(row))
      .filter((session) => !this.#isIdle(session))
      .toSorted((a, b) => b.lastSeenAtMillis - a.lastSeenAtMillis);
  }

  #live(id: string): Session | undefined {
    const row = this.#find.get(id, this.#now());
    if (row === undefined) return undefined;
    const session = this.#seen(row);
    return this.#isIdle(session) ? undefined : session;
  }

  #seen(row: SessionRow): Session {
    return {
      ...sessionOf(row),
      lastSeenAtMillis: this.#sightings.lastSeen(row.token_hash, row.last_seen_at),
    };
  }

  #isIdle({ lastSeenAtMillis }: Session): boolean {
    return lastSeenAtMillis <= this.#now() - IDLE_LIMIT_MILLIS;
  }

  /** Returns false if there is no such session (any more). */
  remove(id: string): boolean {
    return this.#remove.run(id).changes > 0;
  }

  /** Ends all sessions except `exceptId`; returns how many. */
  removeAll(exceptId = ''): number {
    return this.#removeAll.run(exceptId).changes;
  }
}
