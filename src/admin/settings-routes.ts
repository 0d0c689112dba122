import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { queryText, seeOther, unlessBusy, welcome } from '../accounts/route-answers.ts';
import { formFields } from '../accounts/form-body.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { csrfTokenOf, isSessionLive, sessionOf } from '../accounts/load-session.ts';
import { passwordProblems } from '../accounts/password-rules.ts';
import type { Guesser } from '../accounts/sign-in-throttle.ts';
import { waitText } from '../accounts/wait-text.ts';
import type { AdminDependencies } from './admin-routes.ts';
import { settingsPage } from './settings-page.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { readSiteForm } from './site-form.ts';

const NOTICES: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  password: 'The password is changed, and every other session has ended.',
  ended: 'The session has ended.',
};

/** What the blog is called, the password, and who is signed in. */
export function addSettingsRoutes(router: Router, deps: AdminDependencies): void {
  const { site, accounts, cookies, forms, owner, send, whenUnlocked, log } = deps;

  router.get('/admin/settings', owner, (ctx) => show(ctx));

  router.post('/admin/settings', forms.owner, async (ctx) => {
    const { values, problems } = readSiteForm(formFields(ctx));
    if (Object.keys(problems).length > 0) return show(ctx, 422, problems, values);
    await whenUnlocked(() => site.save(values));
    seeOther(ctx, '/admin/settings?done=saved');
  });

  router.post('/admin/settings/password', forms.owner, async (ctx) => {
    const sessionId = sessionOf(ctx)!.id;
    const { currentPassword = '', password = '', repeated = '' } = formFields(ctx);
    const problems = await passwordProblems(password, repeated);
    if (Object.keys(problems).length > 0) return show(ctx, 422, { ...problems });
    // A stolen session must not become a way to guess the password.
    const guesser: Guesser = { kind: 'session', id: sessionId };
    const wait = accounts.throttle.waitMillis(guesser);
    if (wait > 0) {
      log.warn({ event: 'password.throttled', address: ctx.ip }, 'a change of the password has to wait');
      ctx.set('Retry-After', String(Math.ceil(wait / 1000)));
      return show(ctx, 429, {
        currentPassword: `After several wrong passwords there is a pause. Try again in ${waitText(wait)}.`,
      });
    }
    const attempt = await whenUnlocked(() => accounts.throttle.begin(guesser));
    const checked = await unlessBusy(ctx, () => accounts.checkPassword(currentPassword, guesser.kind));
    // Whoever lost the session meanwhile is shown no list of sessions.
    if (!isSessionLive(ctx)) return tooLate(ctx);
    if (checked === undefined) {
      log.warn({ event: 'password.refused', address: ctx.ip }, 'the present password was wrong');
      return show(ctx, 422, { currentPassword: 'That is not the present password.' });
    }
    const hash = checked === 'busy' ? checked : await unlessBusy(ctx, () => accounts.hashPassword(password));
    if (checked === 'busy' || hash === 'busy') {
      await whenUnlocked(attempt.withdraw);
      return show(ctx, 503, {
        currentPassword: 'Too many passwords are being checked at this moment. Try again in a few seconds.',
      });
    }
    const signedIn = await whenUnlocked(() =>
      accounts.access.changePassword(checked, sessionId, hash, ctx.get('User-Agent')),
    );
    if (signedIn === undefined) return tooLate(ctx);
    // What is done is done: without this note a later wait is longer, no more.
    await whenUnlocked(attempt.succeed).catch(() => {});
    welcome(ctx, cookies, signedIn);
    log.info({ event: 'password.changed', address: ctx.ip }, 'the owner changed the password');
    seeOther(ctx, '/admin/settings?done=password');
  });

  router.post('/admin/settings/sessions/end', forms.owner, async (ctx) => {
    const id = formFields(ctx)['session'] ?? '';
    if (await whenUnlocked(() => accounts.sessions.remove(id)))
      log.info({ event: 'session.ended', address: ctx.ip }, 'the owner ended a session');
    seeOther(ctx, '/admin/settings?done=ended');
  });

  function tooLate(ctx: Context): void {
    log.warn(
      { event: 'password.too-late', address: ctx.ip },
      'a session ended before it changed the password',
    );
    cookies.clearSession(ctx);
    seeOther(ctx, '/admin/sign-in?ended');
  }

  function show(
    ctx: Context,
    status = 200,
    problems: FieldProblems = {},
    values: SiteSettings = site.values,
  ): void {
    const word = queryText(ctx, 'done');
    const body = settingsPage({
      values,
      problems,
      notice: ctx.method === 'GET' && Object.hasOwn(NOTICES, word) ? NOTICES[word] : undefined,
      sessions: accounts.sessions.list(),
      currentSessionId: sessionOf(ctx)!.id,
      csrfToken: csrfTokenOf(ctx)!,
      timeZone: site.timeZone,
      lastBackup: deps.lastBackup(),
      nowMillis: deps.now(),
    });
    send(ctx, { title: 'Settings', status, current: 'settings', body });
  }
}
