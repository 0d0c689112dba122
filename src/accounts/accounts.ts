import type { Database } from 'better-sqlite3';
import { Access, type CheckedPassword } from './access.ts';
import { OwnerStore } from './owner-store.ts';
import {
  hashPassword,
  impossibleHash,
  OWASP_COST,
  verifyPassword,
  type ScryptCost,
} from './password-hash.ts';
import { Passkeys } from './passkeys.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { SessionStore } from './session-store.ts';
import { SetupLinks } from './setup-links.ts';
import { SignInThrottle, type Guesser } from './sign-in-throttle.ts';
import { WorkGate } from '../process/work-gate.ts';

/** Everything stored about the owner, sessions and links. */
export interface Accounts {
  readonly owners: OwnerStore;
  readonly sessions: SessionStore;
  readonly setupLinks: SetupLinks;
  readonly recoveryCodes: RecoveryCodes;
  readonly passkeys: Passkeys;
  readonly throttle: SignInThrottle;
  /** Applies changes after a check, if it still holds. */
  readonly access: Access;
  /** Throws WorkGateFullError if too many are waiting. */
  hashPassword(password: string): Promise<string>;
  /**
   * Returns undefined if the password is wrong; takes as long if there is no owner. Throws WorkGateFullError. Strangers have a queue of
   * their own, so that they do not delay known browsers.
   */
  checkPassword(password: string, from: Guesser['kind']): Promise<CheckedPassword | undefined>;
}

export function createAccounts(options: {
  readonly database: Database;
  readonly now: () => number;
  /** Cost of new password hashes; default: OWASP's recommendation. */
  readonly passwordCost?: ScryptCost;
}): Accounts {
  const { database, now, passwordCost = OWASP_COST } = options;
  const owners = new OwnerStore(database);
  const strangers = new WorkGate();
  const known = new WorkGate({ maxRunning: 1 });
  const nobody = impossibleHash(passwordCost);
  const sessions = new SessionStore(database, now);
  const setupLinks = new SetupLinks(database, owners, now);
  const recoveryCodes = new RecoveryCodes(database, now);
  const passkeys = new Passkeys(database, now);
  return {
    owners,
    sessions,
    setupLinks,
    recoveryCodes,
    passkeys,
    throttle: new SignInThrottle(database, now),
    access: new Access({ database, owners, sessions, setupLinks, recoveryCodes, passkeys, now }),
    hashPassword: (password) => known.run(() => hashPassword(password, passwordCost)),
    checkPassword: (password, from) =>
      (from === 'stranger' ? strangers : known).run(async () => {
        const owner = owners.find();
        const isRight = await verifyPassword(password, owner?.passwordHash ?? nobody);
        return isRight ? owner : undefined;
      }),
  };
}
