import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import type { AccountCookies } from '../accounts/account-cookies.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { formFields } from '../http/form-body.ts';
import { isSessionLive, sessionOf } from '../accounts/load-session.ts';
import { passwordProblems } from '../accounts/password-rules.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import { seeOther, unlessBusy, welcome } from '../accounts/route-answers.ts';
import type { Guesser } from '../accounts/sign-in-throttle.ts';
import { waitText } from '../accounts/wait-text.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { ShowSettings } from './settings-routes.ts';

export interface PasswordRouteDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  readonly forms: FormProtection;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
  readonly showSettings: ShowSettings;
}

/** Changes the owner's password, which ends every other session. */
export function addPasswordRoutes(router: Router, deps: PasswordRouteDependencies): void {
  const { accounts, cookies, forms, whenUnlocked, log, showSettings } = deps;

  router.post('/admin/settings/password', forms.owner, async (ctx) => {
    const sessionId = sessionOf(ctx)!.id;
    const { currentPassword = '', password = '', repeated = '' } = formFields(ctx);
    const problems = await passwordProblems(password, repeated);
    if (Object.keys(problems).length > 0) return showSettings(ctx, 422, { ...problems });
    // Throttled, so that a stolen session cannot be used to guess the password.
    const guesser: Guesser = { kind: 'session', id: sessionId };
    const wait = accounts.throttle.waitMillis(guesser);
    if (wait > 0) {
      log.warn({ event: 'password.throttled', address: ctx.ip }, 'password change throttled');
      ctx.set('Retry-After', String(Math.ceil(wait / 1000)));
      return showSettings(ctx, 429, {
        currentPassword: `Too many wrong passwords. Try again in ${waitText(wait)}.`,
      });
    }
    const attempt = await whenUnlocked(() => accounts.throttle.begin(guesser));
    const checked = await unlessBusy(ctx, () => accounts.checkPassword(currentPassword, guesser.kind));
    // A client whose session ended meanwhile must not see the list of sessions.
    if (!isSessionLive(ctx)) return tooLate(ctx);
    if (checked === undefined) {
      log.warn(
        { event: 'password.refused', address: ctx.ip },
        'password change refused: wrong current password',
      );
      return showSettings(ctx, 422, { currentPassword: 'Wrong current password.' });
    }
    const hash = checked === 'busy' ? checked : await unlessBusy(ctx, () => accounts.hashPassword(password));
    if (checked === 'busy' || hash === 'busy') {
      await whenUnlocked(attempt.withdraw);
      return showSettings(ctx, 503, {
        currentPassword: 'The server is busy checking passwords. Try again in a few seconds.',
      });
    }
    const signedIn = await whenUnlocked(() =>
      accounts.access.changePassword(checked, sessionId, hash, ctx.get('User-Agent')),
    );
    if (signedIn === undefined) return tooLate(ctx);
    // The password is already changed. If this write fails, the next wait is longer, nothing else.
    await whenUnlocked(attempt.succeed).catch(() => {});
    welcome(ctx, cookies, signedIn);
    log.info({ event: 'password.changed', address: ctx.ip }, 'the owner changed the password');
    seeOther(ctx, '/admin/settings?done=password');
  });

  function tooLate(ctx: Context): void {
    log.warn(
      { event: 'password.too-late', address: ctx.ip },
      'password change refused: the session ended meanwhile',
    );
    cookies.clearSession(ctx);
    seeOther(ctx, '/admin/sign-in?ended');
  }
}
