import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { createRouter } from '../router.ts';
import type { AccountCookies } from './account-cookies.ts';
import { deadLinkPage, setupPage, signInPage } from './account-pages.ts';
import type { Accounts } from './accounts.ts';
import type { ClientAddress } from './client-address.ts';
import type { DeskSender } from './desk-sender.ts';
import { formFields } from './form-body.ts';
import { sessionOf } from './load-session.ts';
import { nextPath } from './next-path.ts';
import { passwordProblems } from './password-rules.ts';
import type { FormProtection } from './protect-forms.ts';
import { formTokenOf } from './secret-token.ts';
import { waitText } from './wait-text.ts';
import { WorkGateFullError } from './work-gate.ts';

const WRONG = 'That is not the password.';
const BUSY_SECONDS = 5;
const BUSY = 'Too many sign-ins are being checked at this moment. Try again in a few seconds.';

export interface AccountRouteDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  readonly clientAddress: ClientAddress;
  readonly forms: FormProtection;
  readonly send: DeskSender;
  readonly log: Logger;
  /** Told the name that a new owner gave; never empty. */
  readonly onNamed: (name: string) => void;
}

/** Set-up, sign-in and sign-out; the only pages of /admin that somebody without a session may see. */
export function createAccountRoutes(deps: AccountRouteDependencies): Router {
  const { accounts, cookies, clientAddress, forms, send, log } = deps;
  const router = createRouter();

  router.get('/admin/setup', (ctx) => {
    const token = queryText(ctx, 'token');
    const state = accounts.setupLinks.state(token);
    if (state !== 'valid') return sendDeadLink(ctx, state);
    send(ctx, { title: 'Set up', bare: true, body: setupPage({ token, formToken: visitorToken(ctx) }) });
  });

  router.post('/admin/setup', forms.visitor, async (ctx) => {
    const { token = '', password = '', repeated = '', name = '' } = formFields(ctx);
    const state = accounts.setupLinks.state(token);
    if (state !== 'valid') return sendDeadLink(ctx, state);
    const problems: Record<string, string | undefined> = passwordProblems(password, repeated);
    const again = (status: number): void =>
      send(ctx, {
        title: 'Set up',
        status,
        bare: true,
        body: setupPage({ token, formToken: visitorToken(ctx), name, problems }),
      });
    if (Object.keys(problems).length > 0) return again(422);
    const hash = await unlessBusy(ctx, () => accounts.hashPassword(password));
    if (hash === 'busy') {
      problems['password'] = BUSY;
      return again(503);
    }
    const signedIn = accounts.access.setUp(token, hash, ctx.get('User-Agent'));
    if (signedIn === undefined) return sendDeadLink(ctx, 'used');
    const displayName = name
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, 200);
    if (displayName !== '') deps.onNamed(displayName);
    log.info({ event: 'owner.created' }, 'the blog has its owner');
    cookies.setSession(ctx, signedIn.token);
    seeOther(ctx, '/admin');
  });

  router.get('/admin/sign-in', (ctx) => {
    const next = nextPath(queryText(ctx, 'next') || undefined);
    if (sessionOf(ctx) !== undefined) return seeOther(ctx, next);
    sendSignIn(ctx, 200, next);
  });

  router.post('/admin/sign-in', forms.visitor, async (ctx) => {
    const fields = formFields(ctx);
    const next = nextPath(fields['next']);
    const address = clientAddress(ctx);
    const wait = accounts.throttle.waitMillis(address);
    if (wait > 0) return sendThrottled(ctx, next, wait);
    const attempt = accounts.throttle.begin(address);
    const checked = await unlessBusy(ctx, () => accounts.checkPassword(fields['password'] ?? ''));
    if (checked === 'busy') {
      attempt.withdraw();
      return sendSignIn(ctx, 503, next, BUSY);
    }
    const signedIn = checked && accounts.access.signIn(checked, ctx.get('User-Agent'), sessionOf(ctx)?.id);
    if (signedIn === undefined) {
      log.warn({ event: 'sign-in.failed', address }, 'a sign-in failed');
      return sendSignIn(ctx, 403, next, WRONG);
    }
    attempt.succeed();
    log.info({ event: 'sign-in' }, 'the owner signed in');
    cookies.setSession(ctx, signedIn.token);
    seeOther(ctx, next);
  });

  router.post('/admin/sign-out', forms.owner, (ctx) => {
    accounts.sessions.remove(sessionOf(ctx)!.id);
    cookies.clearSession(ctx);
    seeOther(ctx, '/admin/sign-in?signed-out');
  });

  router.post('/admin/sign-out-everywhere', forms.owner, (ctx) => {
    const ended = accounts.access.signOutEverywhere(sessionOf(ctx)!.accountId);
    log.info({ event: 'sessions.ended', ended }, 'the owner signed out everywhere');
    cookies.clearSession(ctx);
    seeOther(ctx, '/admin/sign-in?signed-out');
  });

  function visitorToken(ctx: Context): string {
    return formTokenOf(cookies.ensureFormSecret(ctx));
  }

  function sendSignIn(ctx: Context, status: number, next: string, problem?: string): void {
    const body = signInPage({
      formToken: visitorToken(ctx),
      next,
      ...(problem !== undefined && { problem }),
      ...noticeOf(ctx),
    });
    send(ctx, { title: 'Sign in', status, bare: true, body });
  }

  function sendThrottled(ctx: Context, next: string, wait: number): void {
    ctx.set('Retry-After', String(Math.ceil(wait / 1000)));
    sendSignIn(
      ctx,
      429,
      next,
      `After several wrong passwords there is a pause. Try again in ${waitText(wait)}.`,
    );
  }

  function sendDeadLink(ctx: Context, state: 'used' | 'expired' | 'unknown'): void {
    send(ctx, {
      status: state === 'unknown' ? 404 : 410,
      bare: true,
      ...deadLinkPage(state, accounts.owners.find() !== undefined),
    });
  }

  return router;
}

function noticeOf(ctx: Context): { readonly notice?: string } {
  if ('signed-out' in ctx.query) return { notice: 'You are signed out.' };
  if ('ended' in ctx.query)
    return { notice: 'Your session ended before the password was changed. It was not changed by you.' };
  return {};
}

function queryText(ctx: Context, name: string): string {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : '';
}

/** `busy`, with Retry-After set, when too many wait for their check. */
export async function unlessBusy<T>(ctx: Context, work: () => Promise<T>): Promise<T | 'busy'> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkGateFullError)) throw error;
    ctx.set('Retry-After', String(BUSY_SECONDS));
    return 'busy';
  }
}

/** After a form: the answer is a page to be fetched with GET. */
export function seeOther(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
}
