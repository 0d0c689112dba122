import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { Accounts } from '../accounts/accounts.ts';
import type { AdminSender } from '../accounts/admin-sender.ts';
import { formFields } from '../http/form-body.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { csrfTokenOf, sessionOf } from '../accounts/load-session.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import { noticeIn } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import type { LastBackup } from '../db/last-backup.ts';
import type { SiteSettings, StoredSiteSettings } from '../db/site-settings.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { pictureOf } from '../media/picture-sizes.ts';
import type { ImportedDays } from '../posts/imported-days.ts';
import type { TextRendering } from '../posts/text-rendering.ts';
import type { BackupSchedule } from './backup-card.ts';
import { deadMenuHint, type DeadLinkDependencies } from './dead-links.ts';
import { settingsPage } from './settings-page.ts';
import { readSiteForm } from './site-form.ts';

export interface SettingsRouteDependencies extends DeadLinkDependencies {
  readonly site: StoredSiteSettings;
  readonly importedDays: ImportedDays;
  readonly accounts: Pick<Accounts, 'sessions' | 'recoveryCodes' | 'passkeys'>;
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
  readonly now: () => number;
  readonly lastBackup: () => LastBackup | undefined;
  /** Renders the posts again that a setting has changed, after the answer. */
  readonly renderStale: () => void;
  readonly posts: DeadLinkDependencies['posts'] & { readonly rendering: Pick<TextRendering, 'mediaSize'> };
  readonly backupSchedule: () => BackupSchedule | undefined;
}

/** Shows the settings page; after a refused form with its problems and the typed values. */
export type ShowSettings = (
  ctx: Context,
  status?: number,
  problems?: FieldProblems,
  values?: SiteSettings,
  /** Just made; shown once. */
  recoveryCodes?: readonly string[],
) => void;

const NOTICES: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  password: 'The password was changed, and every other session ended.',
  ended: 'The session was ended.',
  recovered: 'You are signed in. That recovery code is used up.',
};

/** Routes of the settings page: blog settings and sessions. */
export function addSettingsRoutes(router: Router, deps: SettingsRouteDependencies): ShowSettings {
  const { site, accounts, forms, owner, send, whenUnlocked, log } = deps;

  router.get('/admin/settings', owner, (ctx) => show(ctx));

  const isPicture = (address: string): boolean =>
    pictureOf(address, (name) => deps.posts.rendering.mediaSize(name)) !== undefined;

  router.post('/admin/settings', forms.owner, async (ctx) => {
    const { values, problems } = readSiteForm(formFields(ctx), isPicture);
    if (Object.keys(problems).length > 0) return show(ctx, 422, problems, values);
    const { typographer, math, language } = site.values;
    await whenUnlocked(() => deps.importedDays.moveTo(values.timeZone, () => site.save(values)));
    if (values.typographer !== typographer || values.math !== math || values.language !== language)
      deps.renderStale();
    seeOther(ctx, '/admin/settings?done=saved');
  });

  router.post('/admin/settings/sessions/end', forms.owner, async (ctx) => {
    const id = formFields(ctx)['session'] ?? '';
    if (await whenUnlocked(() => accounts.sessions.remove(id)))
      log.info({ event: 'session.ended', address: ctx.ip }, 'the owner ended a session');
    seeOther(ctx, '/admin/settings?done=ended');
  });

  const show: ShowSettings = (ctx, status = 200, problems = {}, values = site.values, recoveryCodes) => {
    const notice = noticeIn(ctx, NOTICES);
    const body = settingsPage({
      values,
      problems,
      notice,
      deadEntries: notice === NOTICES['saved'] ? deadMenuHint(values.menu, deps, site.timeZone) : undefined,
      sessions: accounts.sessions.list(),
      recovery: accounts.recoveryCodes.state(),
      passkeys: accounts.passkeys.list().length,
      recoveryCodes,
      currentSessionId: sessionOf(ctx)!.id,
      csrfToken: csrfTokenOf(ctx)!,
      timeZone: site.timeZone,
      lastBackup: deps.lastBackup(),
      backupSchedule: deps.backupSchedule(),
      nowMillis: deps.now(),
    });
    send(ctx, { title: 'Settings', status, current: 'settings', scripts: ['admin/settings.js'], body });
  };
  return show;
}
