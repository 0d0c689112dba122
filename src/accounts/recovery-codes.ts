import { randomInt } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { digestOfToken } from '../process/secret-token.ts';

export const RECOVERY_CODES = 10;
/** Crockford's base 32: no letter that looks like a digit. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP_LETTERS = 5;

export interface RecoveryState {
  /** That were not used yet. */
  readonly left: number;
  /** Undefined if there are none. */
  readonly createdAtMillis: number | undefined;
}

/** Codes on paper, each of which signs the owner in once. */
export class RecoveryCodes {
  readonly #now: () => number;
  readonly #clear: Statement<[]>;
  readonly #insert: Statement<[string, number]>;
  readonly #use: Statement<[number, string]>;
  readonly #isUnused: Statement<[string], number>;
  readonly #state: Statement<[], { left: number; created: number | null }>;

  constructor(database: Database, now: () => number) {
    this.#now = now;
    this.#clear = database.prepare('DELETE FROM recovery_codes');
    this.#insert = database.prepare('INSERT INTO recovery_codes (code_hash, created_at) VALUES (?, ?)');
    this.#use = database.prepare(
      'UPDATE recovery_codes SET used_at = ? WHERE code_hash = ? AND used_at IS NULL',
    );
    this.#isUnused = database
      .prepare<[string], number>('SELECT 1 FROM recovery_codes WHERE code_hash = ? AND used_at IS NULL')
      .pluck();
    this.#state = database.prepare(
      'SELECT count(*) FILTER (WHERE used_at IS NULL) AS left, max(created_at) AS created FROM recovery_codes',
    );
  }

  /** Replaces all codes. They are not stored, so this is the only time that they can be shown. */
  create(): readonly string[] {
    const now = this.#now();
    const codes = Array.from({ length: RECOVERY_CODES }, newCode);
    this.#clear.run();
    for (const code of codes) this.#insert.run(digestOf(code), now);
    return codes;
  }

  isUnused(code: string): boolean {
    return this.#isUnused.get(digestOf(code)) !== undefined;
  }

  /** Returns false for a code that is unknown or used. Call it in the transaction of what it grants. */
  use(code: string): boolean {
    return this.#use.run(this.#now(), digestOf(code)).changes === 1;
  }

  state(): RecoveryState {
    const { left, created } = this.#state.get()!;
    return { left, createdAtMillis: created ?? undefined };
  }
}

function newCode(): string {
  const group = (): string =>
    Array.from({ length: GROUP_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]!).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** However it was typed: any case, with or without hyphens, O for 0, I and L for 1. */
function digestOf(code: string): string {
  const plain = code
    .slice(0, 100)
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return digestOfToken(`recovery ${plain}`);
}
