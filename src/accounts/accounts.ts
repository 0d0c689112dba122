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
import { SessionStore } from './session-store.ts';
import { SetupLinks } from './setup-links.ts';
import { SignInThrottle, type Guesser } from './sign-in-throttle.ts';
import { WorkGate } from './work-gate.ts';

/** Everything kept about who may write here. */
export interface Accounts {
  readonly owners: OwnerStore;
  readonly sessions: SessionStore;
  readonly setupLinks: SetupLinks;
  readonly throttle: SignInThrottle;
  /** Acts on what was checked, if it still holds. */
  readonly access: Access;
  /** Throws WorkGateFullError when too many wait. */
  hashPassword(password: string): Promise<string>;
  /**
   * Undefined when it is wrong; takes as long when there is no owner. Throws WorkGateFullError. Strangers queue apart from those who are
   * known, so that a crowd of them keeps nobody else waiting.
   */
  checkPassword(password: string, from: Guesser['kind']): Promise<CheckedPassword | undefined>;
}

export function createAccounts(options: {
  readonly database: Database;
  readonly now: () => number;
  /** Of new passwords; default: OWASP's. */
  readonly passwordCost?: ScryptCost;
}): Accounts {
  const { database, now, passwordCost = OWASP_COST } = options;
  const owners = new OwnerStore(database);
  const strangers = new WorkGate();
  const known = new WorkGate({ maxRunning: 1 });
  const nobody = impossibleHash(passwordCost);
  const sessions = new SessionStore(database, now);
  const setupLinks = new SetupLinks(database, owners, now);
  return {
    owners,
    sessions,
    setupLinks,
    throttle: new SignInThrottle(database, now),
    access: new Access({ database, owners, sessions, setupLinks, now }),
    hashPassword: (password) => known.run(() => hashPassword(password, passwordCost)),
    checkPassword: (password, from) =>
      (from === 'stranger' ? strangers : known).run(async () => {
        const owner = owners.find();
        const isRight = await verifyPassword(password, owner?.passwordHash ?? nobody);
        return isRight ? owner : undefined;
      }),
  };
}
