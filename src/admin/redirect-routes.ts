import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AdminSender } from '../accounts/admin-sender.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import { noticeIn, queryText } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { toLocalText } from '../markup/zoned-time.ts';
import { formFields, wholeNumber } from '../http/form-body.ts';
import type { Redirects } from '../posts/redirects.ts';
import { REDIRECTS_PATH } from '../process/own-addresses.ts';
import { brokenLinks, type DeadLinkDependencies } from './dead-links.ts';
import { redirectsPage, type RedirectValues } from './redirects-page.ts';

export interface RedirectRouteDependencies extends DeadLinkDependencies {
  readonly redirects: Redirects;
  readonly site: Pick<SiteSettings, 'timeZone'>;
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

const NOTICES: Readonly<Record<string, string>> = {
  saved: 'Saved. The address redirects now.',
  removed: 'The redirect was removed.',
};

/** Lists, adds, changes and removes redirects. */
export function addRedirectRoutes(router: Router, deps: RedirectRouteDependencies): void {
  const { redirects, forms, owner, send, whenUnlocked, log } = deps;

  router.get(REDIRECTS_PATH, owner, (ctx) => {
    show(ctx, { from: queryText(ctx, 'from').slice(0, 2000), to: queryText(ctx, 'to').slice(0, 2000) });
  });

  router.post(REDIRECTS_PATH, forms.owner, async (ctx) => {
    const { from = '', to = '' } = formFields(ctx);
    const problems = await whenUnlocked(() => redirects.put(from, to));
    if (Object.keys(problems).length > 0) return show(ctx, { from, to }, problems);
    log.info({ event: 'redirect.saved' }, 'the owner redirected an address');
    seeOther(ctx, `${REDIRECTS_PATH}?done=saved`);
  });

  router.post(`${REDIRECTS_PATH}/remove`, forms.owner, async (ctx) => {
    const id = wholeNumber(formFields(ctx)['id']);
    if (id !== undefined && (await whenUnlocked(() => redirects.remove(id))))
      log.info({ event: 'redirect.removed' }, 'the owner removed a redirect');
    seeOther(ctx, `${REDIRECTS_PATH}?done=removed`);
  });

  function show(ctx: Context, values: RedirectValues, problems: FieldProblems = {}): void {
    const list = redirects.list();
    const targets = list.map(({ target }) => target);
    const { dead, early } = brokenLinks(targets, { path: '' }, deps);
    const body = redirectsPage({
      redirects: list,
      dead: new Set(dead),
      early: new Map(
        early.map(({ address, atMillis }) => [
          address,
          `${toLocalText(atMillis, deps.site.timeZone)} (${deps.site.timeZone})`,
        ]),
      ),
      values,
      problems,
      notice: noticeIn(ctx, NOTICES),
      csrfToken: csrfTokenOf(ctx)!,
    });
    const status = Object.keys(problems).length > 0 ? 422 : 200;
    send(ctx, { title: 'Redirects', status, current: 'redirects', body });
  }
}
