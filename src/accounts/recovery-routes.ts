import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { formFields } from '../http/form-body.ts';
import { RECOVERY_PATH, recoveryPage } from './account-pages.ts';
import type { FieldProblems } from './form-parts.ts';
import { guesserOf } from './guesser-of.ts';
import { sessionOf } from './load-session.ts';
import { passwordProblems } from './password-rules.ts';
import { BUSY, throttled, unlessBusy, welcome } from './route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { formTokenOf } from '../process/secret-token.ts';
import type { SetupRouteDependencies } from './setup-routes.ts';

const WRONG = 'This is none of your unused recovery codes.';

/** Signs the owner in by a recovery code; guessing is throttled as that of passwords is. */
export function addRecoveryRoutes(router: Router, deps: SetupRouteDependencies): void {
  const { accounts, cookies, forms, send, whenUnlocked, log } = deps;

  router.get(RECOVERY_PATH, (ctx) => show(ctx, 200));

  router.post(RECOVERY_PATH, forms.visitor, async (ctx) => {
    const { code = '', password = '', repeated = '' } = formFields(ctx);
    const keepsPassword = password === '' && repeated === '';
    const problems = keepsPassword ? {} : await passwordProblems(password, repeated);
    if (Object.keys(problems).length > 0) return show(ctx, 422, problems);
    const guesser = guesserOf(ctx, { cookies, owners: accounts.owners });
    const wait = throttled(ctx, accounts.throttle, guesser);
    if (wait !== undefined) {
      log.warn({ event: 'sign-in.throttled', address: ctx.ip }, 'sign-in throttled');
      return show(ctx, 429, { code: `Too many wrong codes or passwords. Try again in ${wait}.` });
    }
    const attempt = await whenUnlocked(() => accounts.throttle.begin(guesser));
    // Before a hash is made, which takes tenths of a second.
    if (!accounts.recoveryCodes.isUnused(code)) return refuse(ctx);
    const hash = keepsPassword ? undefined : await unlessBusy(ctx, () => accounts.hashPassword(password));
    if (hash === 'busy') {
      await whenUnlocked(attempt.withdraw);
      return show(ctx, 503, { password: BUSY });
    }
    const before = sessionOf(ctx)?.id;
    const signedIn = await whenUnlocked(() =>
      accounts.access.redeemRecoveryCode(code, hash, ctx.get('User-Agent'), before),
    );
    if (signedIn === undefined) return refuse(ctx);
    await whenUnlocked(attempt.succeed).catch(() => {});
    log.info(
      { event: 'recovery-code.used', address: ctx.ip, password: hash === undefined ? 'kept' : 'new' },
      'the owner signed in with a recovery code',
    );
    welcome(ctx, cookies, signedIn);
    seeOther(ctx, '/admin/settings?done=recovered');
  });

  function refuse(ctx: Context): void {
    log.warn({ event: 'sign-in.failed', address: ctx.ip }, 'sign-in failed');
    show(ctx, 403, { code: WRONG });
  }

  function show(ctx: Context, status: number, problems: FieldProblems = {}): void {
    const formToken = formTokenOf(cookies.ensureFormSecret(ctx));
    send(ctx, { title: 'Recovery code', status, bare: true, body: recoveryPage({ formToken, problems }) });
  }
}
