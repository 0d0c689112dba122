import type { Context } from 'koa';
import type { Logger } from 'pino';
import type { CheckedPassword } from '../accounts/access.ts';
import type { AccountCookies } from '../accounts/account-cookies.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { isSessionLive, sessionOf } from '../accounts/load-session.ts';
import { BUSY, throttled, unlessBusy } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import type { Attempt, Guesser } from '../accounts/sign-in-throttle.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';

interface ConfirmDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

/** The owner's current password was correct; what follows must verify it again in its own transaction. */
export interface Confirmed {
  readonly checked: CheckedPassword;
  readonly attempt: Attempt;
  readonly sessionId: string;
}

/** Shows the form again with the problem of its password field. */
type Refuse = (status: number, problem: string) => void;

/** Confirms the owner's current password before access changes. */
export class PasswordConfirmation {
  readonly #deps: ConfirmDependencies;

  constructor(deps: ConfirmDependencies) {
    this.#deps = deps;
  }

  /** Undefined if the request was answered: with `refuse`, or because the session ended meanwhile. */
  async confirm(ctx: Context, password: string, refuse: Refuse): Promise<Confirmed | undefined> {
    const { accounts, whenUnlocked, log } = this.#deps;
    const sessionId = sessionOf(ctx)!.id;
    // Throttled, so that a stolen session cannot be used to guess the password.
    const guesser: Guesser = { kind: 'session', id: sessionId };
    const wait = throttled(ctx, accounts.throttle, guesser);
    if (wait !== undefined) {
      log.warn({ event: 'password.throttled', address: ctx.ip }, 'password change throttled');
      refuse(429, `Too many wrong passwords. Try again in ${wait}.`);
      return undefined;
    }
    const attempt = await whenUnlocked(() => accounts.throttle.begin(guesser));
    const checked = await unlessBusy(ctx, () => accounts.checkPassword(password, guesser.kind));
    // A client whose session ended meanwhile must not see the list of sessions.
    if (!isSessionLive(ctx)) {
      this.tooLate(ctx);
      return undefined;
    }
    if (checked === undefined) {
      log.warn(
        { event: 'password.refused', address: ctx.ip },
        'change of access refused: wrong current password',
      );
      refuse(422, 'Wrong current password.');
      return undefined;
    }
    if (checked === 'busy') {
      await whenUnlocked(attempt.withdraw);
      refuse(503, BUSY);
      return undefined;
    }
    return { checked, attempt, sessionId };
  }

  /** Answers that the session ended before the change. */
  tooLate(ctx: Context): void {
    this.#deps.log.warn(
      { event: 'password.too-late', address: ctx.ip },
      'change of access refused: the session ended meanwhile',
    );
    this.#deps.cookies.clearSession(ctx);
    seeOther(ctx, '/admin/sign-in?ended');
  }
}
