import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AccountCookies } from '../accounts/account-cookies.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { AdminSender } from '../accounts/admin-sender.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { csrfTokenOf, sessionOf } from '../accounts/load-session.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import { noticeIn } from '../accounts/route-answers.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { Origin } from '../http/absolute-url.ts';
import { formFields, wholeNumber } from '../http/form-body.ts';
import { seeOther } from '../http/see-other.ts';
import { PasswordConfirmation } from './confirm-password.ts';
import { PASSKEYS_PATH, passkeysPage } from './passkeys-page.ts';

export interface PasskeyRouteDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  readonly site: { readonly title: string; readonly timeZone: string };
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly origin: Origin;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

const NOTICES: Readonly<Record<string, string>> = {
  added: 'The passkey was added.',
  removed: 'The passkey was removed.',
};

/** Lists passkeys, adds one, which needs the password, and removes one. */
export function addPasskeyRoutes(router: Router, deps: PasskeyRouteDependencies): void {
  const { accounts, site, forms, owner, send, origin, whenUnlocked, log } = deps;
  const confirmation = new PasswordConfirmation(deps);

  router.get(PASSKEYS_PATH, owner, (ctx) => show(ctx));

  router.post(PASSKEYS_PATH, forms.owner, async (ctx) => {
    const { name = '', password = '', answer = '' } = formFields(ctx);
    const refuse = (status: number, problems: FieldProblems): void => show(ctx, { name, problems }, status);
    const confirmed = await confirmation.confirm(ctx, password, (status, problem) =>
      refuse(status, { password: problem }),
    );
    if (confirmed === undefined) return;
    const { checked, attempt, sessionId } = confirmed;
    const made = await accounts.passkeys.checkNew(answer, { origin: origin(ctx), visitor: sessionId });
    if (made === undefined)
      return refuse(422, {
        name: 'The answer of the authenticator was refused, or came too late. Try again.',
      });
    const added = await whenUnlocked(() => accounts.access.addPasskey(checked, sessionId, name, made));
    if (added === undefined) return confirmation.tooLate(ctx);
    await whenUnlocked(attempt.succeed).catch(() => {});
    if (!added) return refuse(422, { name: 'There are too many passkeys: remove one first.' });
    log.info({ event: 'passkey.added', address: ctx.ip }, 'the owner added a passkey');
    seeOther(ctx, `${PASSKEYS_PATH}?done=added`);
  });

  router.post(`${PASSKEYS_PATH}/remove`, forms.owner, async (ctx) => {
    const id = wholeNumber(formFields(ctx)['passkey']);
    if (id !== undefined && (await whenUnlocked(() => accounts.passkeys.remove(id))))
      log.info({ event: 'passkey.removed', address: ctx.ip }, 'the owner removed a passkey');
    seeOther(ctx, `${PASSKEYS_PATH}?done=removed`);
  });

  function show(
    ctx: Context,
    typed: { readonly name: string; readonly problems: FieldProblems } = { name: '', problems: {} },
    status = 200,
  ): void {
    const visit = { origin: origin(ctx), visitor: sessionOf(ctx)!.id };
    const body = passkeysPage({
      ...typed,
      passkeys: accounts.passkeys.list(),
      creationOptions: accounts.passkeys.creationOptions(visit, site),
      notice: noticeIn(ctx, NOTICES),
      timeZone: site.timeZone,
      csrfToken: csrfTokenOf(ctx)!,
    });
    send(ctx, { title: 'Passkeys', status, current: 'settings', body, scripts: ['admin/passkeys.js'] });
  }
}
