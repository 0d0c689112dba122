import type { Database } from 'better-sqlite3';
import { OwnerStore } from './owner-store.ts';
import {
  hashPassword,
  impossibleHash,
  OWASP_COST,
  verifyPassword,
  type ScryptCost,
} from './password-hash.ts';
import { SessionStore } from './session-store.ts';
import { SetupLinks } from './setup-links.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { WorkGate } from './work-gate.ts';

/** Everything kept about who may write here. */
export interface Accounts {
  readonly owners: OwnerStore;
  readonly sessions: SessionStore;
  readonly setupLinks: SetupLinks;
  readonly throttle: SignInThrottle;
  /** Throws WorkGateFullError when too many wait. */
  hashPassword(password: string): Promise<string>;
  /** Takes as long when there is no owner. Throws WorkGateFullError. */
  isOwnersPassword(password: string): Promise<boolean>;
}

export function createAccounts(options: {
  readonly database: Database;
  readonly now: () => number;
  /** Of new passwords; default: OWASP's. */
  readonly passwordCost?: ScryptCost;
}): Accounts {
  const { database, now, passwordCost = OWASP_COST } = options;
  const owners = new OwnerStore(database);
  const gate = new WorkGate();
  const nobody = impossibleHash(passwordCost);
  return {
    owners,
    sessions: new SessionStore(database, now),
    setupLinks: new SetupLinks(database, owners, now),
    throttle: new SignInThrottle(database, now),
    hashPassword: (password) => gate.run(() => hashPassword(password, passwordCost)),
    isOwnersPassword: (password) =>
      gate.run(() => verifyPassword(password, owners.find()?.passwordHash ?? nobody)),
  };
}
