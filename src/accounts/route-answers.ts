import type { Context } from 'koa';
import type { SignedIn } from './access.ts';
import type { AccountCookies } from './account-cookies.ts';
import { createBrowserToken } from './known-browser.ts';
import type { Guesser, SignInThrottle } from './sign-in-throttle.ts';
import { waitText } from './wait-text.ts';
import { WorkGateFullError } from '../process/work-gate.ts';

const BUSY_SECONDS = 5;
/** Shown beside a password that could not be checked. */
export const BUSY = 'The server is busy checking passwords. Try again in a few seconds.';

export function queryText(ctx: Context, name: string): string {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : '';
}

/** The notice that a form's redirect asks for with `?done=word`. */
export function noticeIn(ctx: Context, notices: Readonly<Record<string, string>>): string | undefined {
  const word = queryText(ctx, 'done');
  return ctx.method === 'GET' && Object.hasOwn(notices, word) ? notices[word] : undefined;
}

/** Sets the cookies of a new session and of a known browser. */
export function welcome(ctx: Context, cookies: AccountCookies, { owner, token }: SignedIn): void {
  cookies.setSession(ctx, token);
  cookies.setBrowser(ctx, createBrowserToken(owner));
}

/** Returns `busy` and sets Retry-After if too many checks are waiting. */
export async function unlessBusy<T>(ctx: Context, work: () => Promise<T>): Promise<T | 'busy'> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkGateFullError)) throw error;
    ctx.set('Retry-After', String(BUSY_SECONDS));
    return 'busy';
  }
}

/** Returns in words how long a client that guessed wrong has to wait, and sets Retry-After; undefined if it may try now. */
export function throttled(ctx: Context, throttle: SignInThrottle, guesser: Guesser): string | undefined {
  const wait = throttle.waitMillis(guesser);
  if (wait <= 0) return undefined;
  ctx.set('Retry-After', String(Math.ceil(wait / 1000)));
  return waitText(wait);
}
