import type { Context } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { knownBrowser } from './known-browser.ts';
import type { OwnerStore } from './owner-store.ts';
import type { Guesser } from './sign-in-throttle.ts';

/** Identifies who tries to sign in: a browser that signed in before, else a stranger by address. */
export function guesserOf(
  ctx: Context,
  { cookies, owners }: { readonly cookies: AccountCookies; readonly owners: Pick<OwnerStore, 'find'> },
): Guesser {
  const id = knownBrowser(cookies.browserToken(ctx), owners.find());
  return id === undefined ? { kind: 'stranger', address: ctx.ip } : { kind: 'browser', id };
}
