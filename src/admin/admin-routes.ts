import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import type { RenderTracer } from '../../otel/query.ts';
import type { AccountCookies } from '../accounts/account-cookies.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { DeskSender } from '../accounts/desk-sender.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import type { LastBackup } from '../db/last-backup.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { MediaUses } from '../posts/media-uses.ts';
import type { PostStore } from '../posts/post-store.ts';
import { createRouter } from '../http/router.ts';
import type { Origin } from '../http/absolute-url.ts';
import type { Layout } from '../site/layout.ts';
import { addMediaRoutes } from './media-routes.ts';
import { addPostRoutes } from './post-routes.ts';
import { addSettingsRoutes } from './settings-routes.ts';
import type { StoredSiteSettings } from '../db/site-settings.ts';

export interface AdminDependencies {
  readonly accounts: Accounts;
  readonly cookies: AccountCookies;
  /** Before every route that changes something. */
  readonly forms: FormProtection;
  /** Before every route that shows something. */
  readonly owner: Middleware;
  readonly send: DeskSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly site: StoredSiteSettings;
  readonly posts: PostStore;
  readonly media: MediaStore;
  readonly mediaUses: MediaUses;
  readonly metrics: Pick<BusinessMetrics, 'postCreated' | 'postUpdated' | 'postDeleted'>;
  /** The readers' frame, for previews. */
  readonly layout: Layout;
  readonly origin: Origin;
  readonly render: RenderTracer;
  readonly log: Logger;
  readonly now: () => number;
  readonly lastBackup: () => LastBackup | undefined;
}

/** The writing desk: posts, media and settings. */
export function createAdminRoutes(deps: AdminDependencies): Router {
  const router = createRouter();
  addPostRoutes(router, deps);
  addMediaRoutes(router, deps);
  addSettingsRoutes(router, deps);
  return router;
}
