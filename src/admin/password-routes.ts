import type { Router } from '@koa/router';
import type { Logger } from 'pino';
import type { AccountCookies } from '../accounts/account-cookies.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { formFields } from '../http/form-body.ts';
import { passwordProblems } from '../accounts/password-rules.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import { BUSY, unlessBusy, welcome } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { PasswordConfirmation } from './confirm-password.ts';
import type { ShowSettings } from './settings-routes.ts';

export interface PasswordRouteDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  readonly forms: FormProtection;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
  readonly showSettings: ShowSettings;
}

/** Changes the owner's password, which ends every other session, and makes recovery codes. */
export function addPasswordRoutes(router: Router, deps: PasswordRouteDependencies): void {
  const { accounts, cookies, forms, whenUnlocked, log, showSettings } = deps;
  const confirmation = new PasswordConfirmation(deps);

  router.post('/admin/settings/password', forms.owner, async (ctx) => {
    const { currentPassword = '', password = '', repeated = '' } = formFields(ctx);
    const problems = await passwordProblems(password, repeated);
    if (Object.keys(problems).length > 0) return showSettings(ctx, 422, { ...problems });
    const refuse = (status: number, problem: string): void =>
      showSettings(ctx, status, { currentPassword: problem });
    const confirmed = await confirmation.confirm(ctx, currentPassword, refuse);
    if (confirmed === undefined) return;
    const { checked, attempt, sessionId } = confirmed;
    const hash = await unlessBusy(ctx, () => accounts.hashPassword(password));
    if (hash === 'busy') {
      await whenUnlocked(attempt.withdraw);
      return refuse(503, BUSY);
    }
    const signedIn = await whenUnlocked(() =>
      accounts.access.changePassword(checked, sessionId, hash, ctx.get('User-Agent')),
    );
    if (signedIn === undefined) return confirmation.tooLate(ctx);
    // The password is already changed. If this write fails, the next wait is longer, nothing else.
    await whenUnlocked(attempt.succeed).catch(() => {});
    welcome(ctx, cookies, signedIn);
    log.info({ event: 'password.changed', address: ctx.ip }, 'the owner changed the password');
    seeOther(ctx, '/admin/settings?done=password');
  });

  router.post('/admin/settings/recovery-codes', forms.owner, async (ctx) => {
    const { recoveryPassword = '' } = formFields(ctx);
    const confirmed = await confirmation.confirm(ctx, recoveryPassword, (status, problem) =>
      showSettings(ctx, status, { recoveryPassword: problem }),
    );
    if (confirmed === undefined) return;
    const { checked, attempt, sessionId } = confirmed;
    const codes = await whenUnlocked(() => accounts.access.createRecoveryCodes(checked, sessionId));
    if (codes === undefined) return confirmation.tooLate(ctx);
    await whenUnlocked(attempt.succeed).catch(() => {});
    log.info({ event: 'recovery-codes.created', address: ctx.ip }, 'the owner made recovery codes');
    // Shown once: a redirect would have to store them.
    showSettings(ctx, 200, {}, undefined, codes);
  });
}
