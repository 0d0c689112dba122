import type { Database } from 'better-sqlite3';
import type { Owner, OwnerStore } from './owner-store.ts';
import type { CheckedPasskey, NewPasskey, Passkeys } from './passkeys.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import type { SessionStore } from './session-store.ts';
import type { SetupLinks } from './setup-links.ts';

/** A correct password and the state it was checked against. It is valid only while that state is unchanged. */
export interface CheckedPassword {
  readonly passwordHash: string;
  readonly sessionEpoch: number;
}

/** The token of the new session, for its cookie. */
export interface SignedIn {
  readonly owner: Owner;
  readonly token: string;
}

export interface AccessDependencies {
  readonly database: Database;
  readonly owners: OwnerStore;
  readonly sessions: SessionStore;
  readonly setupLinks: SetupLinks;
  readonly recoveryCodes: RecoveryCodes;
  readonly passkeys: Passkeys;
  readonly now: () => number;
}

/**
 * All changes of access. Checking a password takes tenths of a second, in which the password may change, a session may end or a link may
 * be used. So each change verifies again what was checked, in the same transaction.
 */
export class Access {
  readonly #deps: AccessDependencies;

  constructor(deps: AccessDependencies) {
    this.#deps = deps;
  }

  /** Creates a session and ends this browser's previous one. Undefined if the password or the sessions changed since the check. */
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

  /** Ends every session and voids every link. Undefined if the password changed or the session ended since the check. */
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

  /** Uses a set-up link and creates the owner; undefined if another request was faster. */
  setUp(token: string, passwordHash: string, userAgent: string): SignedIn | undefined {
    const { setupLinks, owners, sessions, now } = this.#deps;
    return this.#atOnce(() => {
      if (!setupLinks.use(token, 'setup')) return undefined;
      const owner = owners.create(passwordHash, now());
      return owner && { owner, token: sessions.create(owner.id, userAgent).token };
    });
  }

  /**
   * Uses an owner link: creates a session that replaces this browser's previous one or, with a new password, all of them. Undefined if
   * the link was used meanwhile.
   */
  redeemOwnerLink(
    token: string,
    newHash: string | undefined,
    userAgent: string,
    sessionBefore?: string,
  ): SignedIn | undefined {
    const { setupLinks } = this.#deps;
    return this.#enter(() => setupLinks.use(token, 'owner'), newHash, userAgent, sessionBefore);
  }

  /** As `redeemOwnerLink`, with a recovery code. */
  redeemRecoveryCode(
    code: string,
    newHash: string | undefined,
    userAgent: string,
    sessionBefore?: string,
  ): SignedIn | undefined {
    const { recoveryCodes } = this.#deps;
    return this.#enter(() => recoveryCodes.use(code), newHash, userAgent, sessionBefore);
  }

  /** Creates a session for a verified answer of a passkey, which replaces this browser's previous one. Undefined if the passkey was removed since. */
  signInWithPasskey(
    checked: CheckedPasskey,
    userAgent: string,
    sessionBefore: string | undefined,
  ): SignedIn | undefined {
    return this.#enter(() => this.#deps.passkeys.use(checked), undefined, userAgent, sessionBefore);
  }

  /** Stores a verified new passkey. Undefined if the password changed or the session ended since the check, false if there are too many. */
  addPasskey(
    checked: CheckedPassword,
    sessionId: string,
    name: string,
    made: NewPasskey,
  ): boolean | undefined {
    const { owners, sessions, passkeys } = this.#deps;
    return this.#atOnce(() => {
      const owner = owners.find();
      if (owner === undefined || !isCurrent(checked, owner) || !sessions.isLive(sessionId)) return undefined;
      return passkeys.add(name, made);
    });
  }

  /** Replaces all recovery codes. Undefined if the password changed or the session ended since the check. */
  createRecoveryCodes(checked: CheckedPassword, sessionId: string): readonly string[] | undefined {
    const { owners, sessions, recoveryCodes } = this.#deps;
    return this.#atOnce(() => {
      const owner = owners.find();
      if (owner === undefined || !isCurrent(checked, owner) || !sessions.isLive(sessionId)) return undefined;
      return recoveryCodes.create();
    });
  }

  /** Signs in if `use` takes what was presented. */
  #enter(
    use: () => boolean,
    newHash: string | undefined,
    userAgent: string,
    sessionBefore: string | undefined,
  ): SignedIn | undefined {
    const { owners, sessions } = this.#deps;
    return this.#atOnce(() => {
      if (!use()) return undefined;
      const owner = owners.find();
      if (owner === undefined) return undefined;
      if (newHash !== undefined) return this.#setPassword(owner, newHash, userAgent);
      if (sessionBefore !== undefined) sessions.remove(sessionBefore);
      return { owner, token: sessions.create(owner.id, userAgent).token };
    });
  }

  /** Ends every session, including sign-ins in progress; returns how many there were. */
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

  /** Takes the write lock before the first read, as other processes may write too. */
  #atOnce<T>(work: () => T): T {
    return this.#deps.database.transaction(work).immediate();
  }
}

function isCurrent(checked: CheckedPassword, owner: Owner): boolean {
  return checked.passwordHash === owner.passwordHash && checked.sessionEpoch === owner.sessionEpoch;
}
