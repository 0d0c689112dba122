import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { RenderTracer } from '../../otel/query.ts';
import { AccountCookies } from '../accounts/account-cookies.ts';
import { createAccountRoutes } from '../accounts/account-routes.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { createAdminSender } from '../accounts/admin-sender.ts';
import { guesserOf } from '../accounts/guesser-of.ts';
import { csrfTokenOf, isSessionLive, loadSession, sessionOf } from '../accounts/load-session.ts';
import { ownerOnly, ownerOrBearer } from '../accounts/owner-only.ts';
import { protectForms } from '../accounts/protect-forms.ts';
import { basePathOf } from '../http/base-path.ts';
import type { BlogConfig } from '../process/config.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import type { LastBackup } from '../db/last-backup.ts';
import type { StorageWatch } from '../db/storage-watch.ts';
import { createWhenUnlocked } from '../db/when-unlocked.ts';
import type { Assets } from '../site/assets.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { MediaUses } from '../posts/media-uses.ts';
import type { PostStore } from '../posts/post-store.ts';
import { createOrigin } from '../http/absolute-url.ts';
import { createLayout } from '../site/layout.ts';
import { createAdminRoutes } from './admin-routes.ts';
import { browserName } from './settings-page.ts';
import type { StoredSiteSettings } from '../db/site-settings.ts';

/** Everything behind /admin but the observatory, and the doors that the observatory uses too. */
export interface AdminParts {
  /** First of all that asks who is there; costs nothing until somebody does. */
  readonly loadSession: Middleware;
  /** For pages that show: owner, or on to sign-in. */
  readonly ownerOnly: Middleware;
  /** For routes that take a file as text: owner, sent from a page of ours; reads the form. */
  readonly ownerFiles: Middleware;
  /** For /admin/metrics and /metrics alone. */
  readonly ownerOrBearer: Middleware;
  readonly csrfToken: (ctx: Context) => string | undefined;
  /** Who asks, in words for a list of what was done. */
  readonly who: (ctx: Context) => string;
  /** Whether the session that asked is still there, for answers that go on. */
  readonly isSessionLive: (ctx: Context) => boolean;
  readonly routers: readonly Router[];
}

export function createAdminParts(deps: {
  readonly config: Pick<BlogConfig, 'publicUrl' | 'metricsToken'>;
  readonly render: RenderTracer;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Read anew each time: a command writes it. */
  readonly lastBackup: () => LastBackup | undefined;
  readonly accounts: Accounts;
  readonly site: StoredSiteSettings;
  readonly assets: Assets;
  readonly posts: PostStore;
  readonly media: MediaStore;
  readonly mediaUses: MediaUses;
  readonly metrics: BusinessMetrics;
  readonly storage: StorageWatch;
  /** How long a save waits for another process; for tests. */
  readonly maxLockWaitMillis?: number;
}): AdminParts {
  const { config, accounts, site, assets, posts, media, mediaUses, metrics, storage, render, log, now } =
    deps;
  const { maxLockWaitMillis } = deps;
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
    isKnown: (ctx) => guesserOf(ctx, { cookies, owners: accounts.owners }).kind === 'browser',
  });
  const basePath = basePathOf(publicUrl);
  const owner = ownerOnly(basePath);
  return {
    loadSession: loadSession({ sessions: accounts.sessions, cookies }),
    ownerOnly: owner,
    ownerFiles: forms.ownerFile,
    ownerOrBearer: ownerOrBearer({ metricsToken, basePath, log }),
    csrfToken: csrfTokenOf,
    who: (ctx) => `owner, ${browserName(sessionOf(ctx)?.userAgent ?? '')}`,
    isSessionLive,
    routers: [
      createAccountRoutes({
        accounts,
        cookies,
        forms,
        send,
        whenUnlocked,
        log,
        onNamed: (author) => site.save({ ...site.values, author }),
      }),
      createAdminRoutes({
        accounts,
        cookies,
        forms,
        owner,
        send,
        whenUnlocked,
        site,
        posts,
        media,
        mediaUses,
        metrics,
        layout: createLayout({ site, assets }),
        origin: createOrigin(config),
        render,
        log,
        now,
        lastBackup: deps.lastBackup,
      }),
    ],
  };
}
