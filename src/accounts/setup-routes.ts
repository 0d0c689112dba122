import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { deadLinkPage, ownerLinkPage, setupPage } from './account-pages.ts';
import { BUSY, queryText, unlessBusy, welcome } from './route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import type { AccountCookies } from './account-cookies.ts';
import type { Accounts } from './accounts.ts';
import type { AdminSender } from './admin-sender.ts';
import type { FormProtection } from './protect-forms.ts';
import { formFields } from '../http/form-body.ts';
import type { FieldProblems } from './form-parts.ts';
import { sessionOf } from './load-session.ts';
import { passwordProblems } from './password-rules.ts';
import { formTokenOf } from '../process/secret-token.ts';
import type { LinkPurpose } from './setup-links.ts';

export interface SetupRouteDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  readonly forms: FormProtection;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
  /** Called with the name that a new owner entered; never empty. */
  readonly onNamed: (name: string) => void;
}

/** Routes of the one-time links: create the owner, or sign the owner in. */
export function addSetupRoutes(router: Router, deps: SetupRouteDependencies): void {
  const { accounts, cookies, forms, send, whenUnlocked, log } = deps;

  router.get('/admin/setup', (ctx) => {
    const token = queryText(ctx, 'token');
    const link = validLink(ctx, token);
    if (link !== undefined) show(ctx, link, { token });
  });

  router.post('/admin/setup', forms.visitor, async (ctx) => {
    const { token = '', password = '', repeated = '', name = '' } = formFields(ctx);
    const purpose = validLink(ctx, token);
    if (purpose === undefined) return;
    const keepsPassword = purpose === 'owner' && password === '' && repeated === '';
    const problems = keepsPassword ? {} : await passwordProblems(password, repeated);
    if (Object.keys(problems).length > 0) return show(ctx, purpose, { token, name, problems }, 422);
    const hash = keepsPassword ? undefined : await unlessBusy(ctx, () => accounts.hashPassword(password));
    if (hash === 'busy') return show(ctx, purpose, { token, name, problems: { password: BUSY } }, 503);
    const agent = ctx.get('User-Agent');
    const before = sessionOf(ctx)?.id;
    const signedIn = await whenUnlocked(() =>
      hash !== undefined && purpose === 'setup'
        ? accounts.access.setUp(token, hash, agent)
        : accounts.access.redeemOwnerLink(token, hash, agent, before),
    );
    if (signedIn === undefined) return sendDeadLink(ctx, 'used');
    if (purpose === 'setup') await whenUnlocked(() => nameOwner(name));
    log.info(
      { event: EVENTS[purpose], address: ctx.ip, password: hash === undefined ? 'kept' : 'new' },
      WORDS[purpose],
    );
    welcome(ctx, cookies, signedIn);
    seeOther(ctx, '/admin');
  });

  function nameOwner(name: string): void {
    const displayName = name
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, 200);
    if (displayName !== '') deps.onNamed(displayName);
  }

  /** Returns the purpose of the link; for an invalid link it answers the request and returns undefined. */
  function validLink(ctx: Context, token: string): LinkPurpose | undefined {
    const state = accounts.setupLinks.state(token);
    if (state === 'valid') return accounts.setupLinks.purpose(token);
    sendDeadLink(ctx, state);
    return undefined;
  }

  function show(
    ctx: Context,
    purpose: LinkPurpose,
    values: { readonly token: string; readonly name?: string; readonly problems?: FieldProblems },
    status = 200,
  ): void {
    const formToken = formTokenOf(cookies.ensureFormSecret(ctx));
    const page = purpose === 'setup' ? setupPage : ownerLinkPage;
    send(ctx, {
      title: purpose === 'setup' ? 'Set up' : 'Sign in by link',
      status,
      bare: true,
      body: page({ ...values, formToken }),
    });
  }

  function sendDeadLink(ctx: Context, state: 'used' | 'expired' | 'unknown'): void {
    send(ctx, {
      status: state === 'unknown' ? 404 : 410,
      bare: true,
      ...deadLinkPage(state, accounts.owners.find() !== undefined),
    });
  }
}

const EVENTS: Readonly<Record<LinkPurpose, string>> = { setup: 'owner.created', owner: 'owner-link.used' };
const WORDS: Readonly<Record<LinkPurpose, string>> = {
  setup: 'owner created',
  owner: 'the owner signed in with a link from the shell',
};
