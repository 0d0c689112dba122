import type { Database } from 'better-sqlite3';
import type { Owner, OwnerStore } from './owner-store.ts';
import type { SessionStore } from './session-store.ts';
import type { SetupLinks } from './setup-links.ts';

/** A password that was right, and what it was right for. It opens something only while all of that still holds. */
export interface CheckedPassword {
  readonly passwordHash: string;
  readonly sessionEpoch: number;
}

/** The cookie's token of a new session. */
export interface SignedIn {
  readonly owner: Owner;
  readonly token: string;
}

export interface AccessDependencies {
  readonly database: Database;
  readonly owners: OwnerStore;
  readonly sessions: SessionStore;
  readonly setupLinks: SetupLinks;
  readonly now: () => number;
}

/**
 * Every change of who may write here. Checking a password takes some tenths of a second, in which the password may be changed, a session
 * ended or a link used: so each change asks again, in one transaction that also acts, whether what was checked is still so.
 */
export class Access {
  readonly #deps: AccessDependencies;

  constructor(deps: AccessDependencies) {
    this.#deps = deps;
  }

  /** A new session; the one before of this browser, if any, ends. Undefined when the password or the sessions changed since the check. */
  signIn(
    checked: CheckedPassword,
    userAgent: string,
    sessionBefore: string | undefined,
  ): SignedIn | undefined {
    const { owners, sessions } = this.#deps;
    return this.#atOnce(() => {
      const owner = owners.find();
      if (owner === undefined || !isCurrent(checked, owner)) return undefined;
      if (sessionBefore !== undefined) sessions.remove(sessionBefore);
      return { owner, token: sessions.create(owner.id, userAgent).token };
    });
  }

  /** Ends every session and link there is. Undefined when the password was changed or the session ended since the check. */
  changePassword(
    checked: CheckedPassword,
    sessionId: string,
    newHash: string,
    userAgent: string,
  ): SignedIn | undefined {
    const { owners, sessions } = this.#deps;
    return this.#atOnce(() => {
      const owner = owners.find();
      if (owner === undefined || !isCurrent(checked, owner) || !sessions.isLive(sessionId)) return undefined;
      return this.#setPassword(owner, newHash, userAgent);
    });
  }

  /** Uses up a set-up link and makes the owner; undefined when somebody else was faster. */
  setUp(token: string, passwordHash: string, userAgent: string): SignedIn | undefined {
    const { setupLinks, owners, sessions, now } = this.#deps;
    return this.#atOnce(() => {
      if (!setupLinks.use(token, 'setup')) return undefined;
      const owner = owners.create(passwordHash, now());
      return owner && { owner, token: sessions.create(owner.id, userAgent).token };
    });
  }

  /**
   * Uses up an owner's link: a new session in place of the one before of this browser, or with a new password in place of all. Undefined
   * when the link was used meanwhile.
   */
  redeemOwnerLink(
    token: string,
    newHash: string | undefined,
    userAgent: string,
    sessionBefore?: string,
  ): SignedIn | undefined {
    const { setupLinks, owners, sessions } = this.#deps;
    return this.#atOnce(() => {
      if (!setupLinks.use(token, 'owner')) return undefined;
      const owner = owners.find();
      if (owner === undefined) return undefined;
      if (newHash !== undefined) return this.#setPassword(owner, newHash, userAgent);
      if (sessionBefore !== undefined) sessions.remove(sessionBefore);
      return { owner, token: sessions.create(owner.id, userAgent).token };
    });
  }

  /** Ends every session, those too whose sign-in is being checked; answers how many there were. */
  signOutEverywhere(accountId: number): number {
    const { owners, sessions } = this.#deps;
    return this.#atOnce(() => {
      owners.nextEpoch(accountId);
      return sessions.removeAll();
    });
  }

  #setPassword(owner: Owner, newHash: string, userAgent: string): SignedIn {
    const { owners, sessions, setupLinks, now } = this.#deps;
    owners.setPassword(owner.id, newHash, now());
    owners.nextEpoch(owner.id);
    setupLinks.voidAll();
    sessions.removeAll();
    return { owner: owners.find() ?? owner, token: sessions.create(owner.id, userAgent).token };
  }

  /** Other processes of this machine count too: the lock is taken before the first question. */
  #atOnce<T>(work: () => T): T {
    return this.#deps.database.transaction(work).immediate();
  }
}

function isCurrent(checked: CheckedPassword, owner: Owner): boolean {
  return checked.passwordHash === owner.passwordHash && checked.sessionEpoch === owner.sessionEpoch;
}
