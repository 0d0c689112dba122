import type { Context } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { knownBrowser } from './known-browser.ts';
import type { OwnerStore } from './owner-store.ts';
import type { Guesser } from './sign-in-throttle.ts';

/** Who tries to sign in: a browser known from before, else somebody at an address. */
export function guesserOf(
  ctx: Context,
  { cookies, owners }: { readonly cookies: AccountCookies; readonly owners: Pick<OwnerStore, 'find'> },
): Guesser {
  const id = knownBrowser(cookies.browserToken(ctx), owners.find());
  return id === undefined ? { kind: 'stranger', address: ctx.ip } : { kind: 'browser', id };
}
