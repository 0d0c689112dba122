// No library: rate limiters count requests in a window; this counts consecutive failures, per client and per account, and must not lock out the owner.
import { isIPv6 } from 'node:net';
import type { Database, Statement } from 'better-sqlite3';
import { OWNER_NAME } from './owner-store.ts';

/** How consecutive failures become a wait. */
export interface ThrottleCurve {
  /** Failures without a wait: everyone mistypes. */
  readonly free: number;
  readonly maxMillis: number;
}

/** For one client: doubles up to 15 minutes. */
export const OWN_CURVE: ThrottleCurve = { free: 3, maxMillis: 15 * 60_000 };
/** For the account, against many addresses: at most a minute, as the owner may be the one who waits. */
export const ACCOUNT_CURVE: ThrottleCurve = { free: 10, maxMillis: 60_000 };
const ACCOUNT = `account:${OWNER_NAME}`;
const FIRST_WAIT_MILLIS = 1000;
/** Failures older than this are forgotten. */
export const MEMORY_MILLIS = 24 * 60 * 60_000;
/** An address from which the owner signed in within this time waits only for its own failures. */
export const KNOWN_MILLIS = 30 * 24 * 60 * 60_000;

/** The wait in milliseconds after `failures` consecutive failures. */
export function waitAfter(failures: number, { free, maxMillis }: ThrottleCurve): number {
  return failures < free ? 0 : Math.min(maxMillis, FIRST_WAIT_MILLIS * 2 ** Math.min(failures - free, 40));
}

/** An IPv6 customer has a /64 of addresses, which count as one. */
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

/** An attempt counts as failed until `succeed` is called, so that a hundred parallel attempts are a hundred failures. */
export interface Attempt {
  succeed(): void;
  /** Removes the attempt: the server was too busy to check it. */
  withdraw(): void;
}

/**
 * Who tries to sign in. A known browser and an open session each have a budget of their own. Everyone else shares the budget of
 * strangers, per address and for the account, so that strangers cannot lock out a known browser.
 */
export type Guesser =
  | { readonly kind: 'browser' | 'session'; readonly id: string }
  | { readonly kind: 'stranger'; readonly address: string };

/** Throttles password guessing; stored in the database, so that a restart does not reset it. */
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

  /** Milliseconds until this client may try again; 0: now. */
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
    // A clock that was set back must not extend the wait.
    const wait = waitAfter(failures, curve);
    return Math.max(0, Math.min(wait, last + wait - now));
  }
}
