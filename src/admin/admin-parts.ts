import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { Render } from '../markup/render.ts';
import { AccountCookies } from '../accounts/account-cookies.ts';
import { createAccountRoutes } from '../accounts/account-routes.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { createAdminSender } from '../accounts/admin-sender.ts';
import { csrfTokenOf, isSessionLive, loadSession, sessionOf } from '../accounts/load-session.ts';
import { bearerForm, ownerOnly, ownerOrBearer, ownerOrBearerData } from '../accounts/owner-only.ts';
import { protectForms } from '../accounts/protect-forms.ts';
import { basePathOf } from '../http/base-path.ts';
import type { BlogConfig } from '../process/config.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import type { LastBackup } from '../db/last-backup.ts';
import type { StorageWatch } from '../db/storage-watch.ts';
import { createWhenUnlocked } from '../db/when-unlocked.ts';
import type { Assets } from '../site/assets.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { Pictures } from '../media/pictures.ts';
import type { ImportedDays } from '../posts/imported-days.ts';
import type { MediaUses } from '../posts/media-uses.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { DraftLinks } from '../posts/draft-links.ts';
import type { Redirects } from '../posts/redirects.ts';
import type { UnsavedTexts } from '../posts/unsaved-texts.ts';
import { createOrigin } from '../http/absolute-url.ts';
import type { ReaderCounts } from '../posts/readers/reader-counts.ts';
import { createLayout } from '../site/layout.ts';
import { createAdminRoutes } from './admin-routes.ts';
import type { BackupSchedule } from './backup-card.ts';
import { browserName } from './settings-page.ts';
import type { StoredSiteSettings } from '../db/site-settings.ts';

/** Room for a label of any script, all escaped. */
const MAX_BEARER_FORM_BYTES = 10_000;

/** Everything under /admin except the observatory, and the access checks that the observatory shares. */
export interface AdminParts {
  /** Makes the session available; mounted before everything that reads it, and does no work until something does. */
  readonly loadSession: Middleware;
  /** For pages: lets the owner in, redirects others to sign-in. */
  readonly ownerOnly: Middleware;
  /** For routes that accept a file as text: requires the owner and a form from our own page, then reads the form. */
  readonly ownerFiles: Middleware;
  /** For /admin/metrics and /metrics. */
  readonly ownerOrBearer: Middleware;
  /** For the telemetry pages. */
  readonly ownerOrBearerData: Middleware;
  /** For forms of programs with the token: a short form. */
  readonly bearerForm: Middleware;
  readonly csrfToken: (ctx: Context) => string | undefined;
  /** Describes the client, for an audit list. */
  readonly who: (ctx: Context) => string;
  /** Returns true if the request's session still exists; for streamed responses. */
  readonly isSessionLive: (ctx: Context) => boolean;
  readonly routers: readonly Router[];
}

interface AdminPartDependencies {
  readonly config: Pick<BlogConfig, 'publicUrl' | 'metricsToken'>;
  readonly render: Render;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Read each time: a command writes it. */
  readonly lastBackup: () => LastBackup | undefined;
  /** Renders the posts again that a setting has changed. */
  readonly renderStale: () => void;
  readonly backupSchedule: () => BackupSchedule | undefined;
  readonly accounts: Accounts;
  readonly site: StoredSiteSettings;
  readonly assets: Assets;
  readonly posts: PostStore;
  readonly media: MediaStore;
  readonly pictures: Pictures;
  readonly mediaUses: MediaUses;
  readonly importedDays: ImportedDays;
  readonly unsaved: UnsavedTexts;
  readonly redirects: Redirects;
  readonly draftLinks: DraftLinks;
  readonly readers?: ReaderCounts | undefined;
  readonly metrics: BusinessMetrics;
  readonly storage: StorageWatch;
  /** How long a save waits for another process; for tests. */
  readonly maxLockWaitMillis?: number;
}

export function createAdminParts(deps: AdminPartDependencies): AdminParts {
  const { config, accounts, site, assets, storage, render, log, maxLockWaitMillis } = deps;
  const whenUnlocked = createWhenUnlocked(
    maxLockWaitMillis === undefined ? {} : { maxWaitMillis: maxLockWaitMillis },
  );
  const { publicUrl, metricsToken } = config;
  const cookies = new AccountCookies({ publicUrl });
  const send = createAdminSender({ assets, site, render });
  const forms = protectForms({
    cookies,
    publicUrl,
    send,
    storage,
    uploadFile: () => deps.pictures.uploadFile(),
    owners: accounts.owners,
  });
  const basePath = basePathOf(publicUrl);
  const owner = ownerOnly(basePath);
  const bearer = { metricsToken, basePath, log };
  return {
    loadSession: loadSession({ sessions: accounts.sessions, cookies }),
    ownerOnly: owner,
    ownerFiles: forms.ownerFile,
    ownerOrBearer: ownerOrBearer(bearer),
    ownerOrBearerData: ownerOrBearerData(bearer),
    bearerForm: bearerForm(bearer, MAX_BEARER_FORM_BYTES),
    csrfToken: csrfTokenOf,
    who: (ctx) => `owner, ${browserName(sessionOf(ctx)?.userAgent ?? '')}`,
    isSessionLive,
    routers: [
      createAccountRoutes({
        origin: createOrigin(config),
        accounts,
        cookies,
        forms,
        send,
        whenUnlocked,
        log,
        onNamed: (author) => site.save({ ...site.values, author }),
      }),
      createAdminRoutes({
        ...deps,
        cookies,
        forms,
        owner,
        send,
        whenUnlocked,
        layout: createLayout({ site, assets }),
        origin: createOrigin(config),
      }),
    ],
  };
}
