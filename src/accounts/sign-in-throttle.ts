import { isIPv6 } from 'node:net';
import type { Database, Statement } from 'better-sqlite3';
import { OWNER_NAME } from './owner-store.ts';

/** How failures in a row become a wait. */
export interface ThrottleCurve {
  /** Failures that cost nothing: everybody mistypes. */
  readonly free: number;
  readonly maxMillis: number;
}

/** One guesser: doubles to a quarter of an hour. */
export const OWN_CURVE: ThrottleCurve = { free: 3, maxMillis: 15 * 60_000 };
/** Many guessers from many addresses: never more than a minute, as the owner may be the one who waits. */
export const ACCOUNT_CURVE: ThrottleCurve = { free: 10, maxMillis: 60_000 };
const ACCOUNT = `account:${OWNER_NAME}`;
const FIRST_WAIT_MILLIS = 1000;
/** Failures older than this are forgotten. */
export const MEMORY_MILLIS = 24 * 60 * 60_000;
/** An address where the owner signed in within this time waits for its own failures only. */
export const KNOWN_MILLIS = 30 * 24 * 60 * 60_000;

/** The wait after so many failures in a row, in milliseconds. */
export function waitAfter(failures: number, { free, maxMillis }: ThrottleCurve): number {
  return failures < free ? 0 : Math.min(maxMillis, FIRST_WAIT_MILLIS * 2 ** Math.min(failures - free, 40));
}

/** An IPv6 customer has a /64 of addresses: they count as one. */
export function addressSubject(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return `address:${plain}`;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? front
      : [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return `address:${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

interface FailureRow {
  readonly failures: number;
  readonly last: number | null;
}

/** An attempt that counts as failed until `succeed` is called, so that a hundred at once are a hundred failures. */
export interface Attempt {
  succeed(): void;
  /** It was never made: the house was too busy. */
  withdraw(): void;
}

/**
 * Who tries. A browser that has signed in before and a session that is open have a budget of their own; everybody else shares that of
 * strangers, by address and for the account, so that whatever strangers do keeps no known browser out.
 */
export type Guesser =
  | { readonly kind: 'browser' | 'session'; readonly id: string }
  | { readonly kind: 'stranger'; readonly address: string };

/** Slows guessing; kept in the database, so that a restart forgives nothing. */
export class SignInThrottle {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #failures: Statement<[{ subject: string; since: number }], FailureRow>;
  readonly #isKnown: Statement<[string, number], number>;
  readonly #insert: Statement<[string, number]>;
  readonly #succeed: Statement<[number | bigint]>;
  readonly #remove: Statement<[number | bigint]>;
  readonly #prune: Statement<[number, number]>;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
    this.#failures = database.prepare(
      `SELECT count(*) AS failures, max(attempted_at) AS last FROM sign_in_attempts
       WHERE subject = @subject AND succeeded = 0 AND attempted_at > @since AND id > coalesce(
         (SELECT max(id) FROM sign_in_attempts WHERE subject = @subject AND succeeded = 1), 0)`,
    );
    this.#isKnown = database
      .prepare<[string, number], number>(
        'SELECT 1 FROM sign_in_attempts WHERE subject = ? AND succeeded = 1 AND attempted_at > ? LIMIT 1',
      )
      .pluck();
    this.#insert = database.prepare(
      'INSERT INTO sign_in_attempts (subject, attempted_at, succeeded) VALUES (?, ?, 0)',
    );
    this.#succeed = database.prepare('UPDATE sign_in_attempts SET succeeded = 1 WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM sign_in_attempts WHERE id = ?');
    this.#prune = database.prepare(
      'DELETE FROM sign_in_attempts WHERE attempted_at <= ? OR (succeeded = 0 AND attempted_at <= ?)',
    );
  }

  /** Milliseconds until this guesser may try again; 0: now. */
  waitMillis(guesser: Guesser): number {
    const now = this.#now();
    if (guesser.kind !== 'stranger') return this.#waitOf(`${guesser.kind}:${guesser.id}`, OWN_CURVE, now);
    const address = addressSubject(guesser.address);
    const own = this.#waitOf(address, OWN_CURVE, now);
    if (this.#isKnown.get(address, now - KNOWN_MILLIS) !== undefined) return own;
    return Math.max(own, this.#waitOf(ACCOUNT, ACCOUNT_CURVE, now));
  }

  begin(guesser: Guesser): Attempt {
    const now = this.#now();
    const subjects =
      guesser.kind === 'stranger'
        ? [ACCOUNT, addressSubject(guesser.address)]
        : [`${guesser.kind}:${guesser.id}`];
    const ids = this.#database.transaction(() => {
      this.#prune.run(now - KNOWN_MILLIS, now - MEMORY_MILLIS);
      return subjects.map((subject) => this.#insert.run(subject, now).lastInsertRowid);
    })();
    const each = (statement: Statement<[number | bigint]>) => (): void =>
      this.#database.transaction(() => {
        for (const id of ids) statement.run(id);
      })();
    return { succeed: each(this.#succeed), withdraw: each(this.#remove) };
  }

  #waitOf(subject: string, curve: ThrottleCurve, now: number): number {
    const { failures, last } = this.#failures.get({ subject, since: now - MEMORY_MILLIS })!;
    if (last === null) return 0;
    // A clock that was set back must not lock anybody out for longer than the wait itself.
    const wait = waitAfter(failures, curve);
    return Math.max(0, Math.min(wait, last + wait - now));
  }
}
