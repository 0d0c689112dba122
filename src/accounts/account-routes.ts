import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { createRouter } from '../http/router.ts';
import { signInPage } from './account-pages.ts';
import { formFields } from '../http/form-body.ts';
import type { Origin } from '../http/absolute-url.ts';
import { addPasskeyRoutes } from './passkey-routes.ts';
import { sessionOf } from './load-session.ts';
import { guesserOf } from './guesser-of.ts';
import { nextPath } from './next-path.ts';
import { BUSY, queryText, throttled, unlessBusy, welcome } from './route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { formTokenOf } from '../process/secret-token.ts';
import { addRecoveryRoutes } from './recovery-routes.ts';
import { addSetupRoutes, type SetupRouteDependencies } from './setup-routes.ts';
import { addSignOutRoutes } from './sign-out-routes.ts';

const WRONG = 'Wrong password.';

/** Routes of set-up, sign-in and sign-out: the only pages under /admin that need no session. */
export function createAccountRoutes(deps: SetupRouteDependencies & { readonly origin: Origin }): Router {
  const { accounts, cookies, forms, send, whenUnlocked, log } = deps;
  const router = createRouter();

  addSetupRoutes(router, deps);
  addSignOutRoutes(router, deps);
  addRecoveryRoutes(router, deps);
  addPasskeyRoutes(router, {
    ...deps,
    refuse: (ctx, next, problem) => sendSignIn(ctx, 403, next, problem),
  });

  router.get('/admin/sign-in', (ctx) => {
    const next = nextPath(queryText(ctx, 'next') || undefined);
    if (sessionOf(ctx) !== undefined) return seeOther(ctx, next);
    sendSignIn(ctx, 200, next);
  });

  router.post('/admin/sign-in', forms.visitor, async (ctx) => {
    const fields = formFields(ctx);
    const next = nextPath(fields['next']);
    const guesser = guesserOf(ctx, { cookies, owners: accounts.owners });
    const facts = { address: ctx.ip, browser: guesser.kind === 'browser' ? 'known' : 'unknown' };
    const wait = throttled(ctx, accounts.throttle, guesser);
    if (wait !== undefined) {
      log.warn({ event: 'sign-in.throttled', ...facts }, 'sign-in throttled');
      return sendThrottled(ctx, next, wait);
    }
    const attempt = await whenUnlocked(() => accounts.throttle.begin(guesser));
    const checked = await unlessBusy(ctx, () =>
      accounts.checkPassword(fields['password'] ?? '', guesser.kind),
    );
    if (checked === 'busy') {
      await whenUnlocked(attempt.withdraw);
      log.warn({ event: 'sign-in.busy', ...facts }, 'sign-in refused: too many password checks in progress');
      return sendSignIn(ctx, 503, next, BUSY);
    }
    const before = sessionOf(ctx)?.id;
    const signedIn =
      checked && (await whenUnlocked(() => accounts.access.signIn(checked, ctx.get('User-Agent'), before)));
    if (signedIn === undefined) {
      log.warn({ event: 'sign-in.failed', ...facts }, 'sign-in failed');
      return sendSignIn(ctx, 403, next, WRONG);
    }
    // The sign-in is already done. If this write fails, the next wait is longer, nothing else.
    await whenUnlocked(attempt.succeed).catch(() => {});
    log.info({ event: 'sign-in', ...facts }, 'the owner signed in');
    welcome(ctx, cookies, signedIn);
    seeOther(ctx, next);
  });

  function sendSignIn(ctx: Context, status: number, next: string, problem?: string): void {
    const hasPasskey = accounts.passkeys.list().length > 0;
    const visitor = cookies.ensureFormSecret(ctx);
    const body = signInPage({
      formToken: formTokenOf(visitor),
      passkeyOptions: hasPasskey
        ? accounts.passkeys.requestOptions({ origin: deps.origin(ctx), visitor })
        : undefined,
      next,
      ...(problem !== undefined && { problem }),
      ...noticeOf(ctx),
    });
    const scripts = hasPasskey ? ['admin/passkeys.js'] : [];
    send(ctx, { title: 'Sign in', status, bare: true, body, scripts });
  }

  function sendThrottled(ctx: Context, next: string, wait: string): void {
    sendSignIn(
      ctx,
      429,
      next,
      `Too many wrong passwords. Try again in ${wait}, or run “npm run owner-link” on the blog’s machine.`,
    );
  }

  return router;
}

function noticeOf(ctx: Context): { readonly notice?: string } {
  if ('signed-out' in ctx.query) return { notice: 'You are signed out.' };
  if ('ended' in ctx.query)
    return { notice: 'Your session ended before the change, so the password was not changed.' };
  return {};
}
