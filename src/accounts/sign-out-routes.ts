import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { AccountCookies } from './account-cookies.ts';
import type { Accounts } from './accounts.ts';
import { sessionOf } from './load-session.ts';
import type { FormProtection } from './protect-forms.ts';
import { seeOther } from '../http/see-other.ts';

export interface SignOutDependencies {
  readonly accounts: Pick<Accounts, 'access' | 'sessions'>;
  readonly cookies: AccountCookies;
  readonly forms: FormProtection;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

/** Routes that end this session or all sessions. */
export function addSignOutRoutes(router: Router, deps: SignOutDependencies): void {
  const { accounts, cookies, forms, whenUnlocked, log } = deps;

  router.post('/admin/sign-out', forms.owner, async (ctx) => {
    const { id } = sessionOf(ctx)!;
    await whenUnlocked(() => accounts.sessions.remove(id));
    log.info({ event: 'sign-out', address: ctx.ip }, 'the owner signed out');
    leave(ctx);
  });

  router.post('/admin/sign-out-everywhere', forms.owner, async (ctx) => {
    const { accountId } = sessionOf(ctx)!;
    const ended = await whenUnlocked(() => accounts.access.signOutEverywhere(accountId));
    log.info({ event: 'sessions.ended', ended, address: ctx.ip }, 'the owner signed out everywhere');
    leave(ctx);
  });

  /** Clears the browser's caches of admin pages. */
  function leave(ctx: Context): void {
    cookies.clearSession(ctx);
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, '/admin/sign-in?signed-out');
  }
}
