import type { Middleware } from 'koa';
import type { AdminSender } from '../accounts/admin-sender.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { RenderText } from './render-text.ts';

/** Dependencies of all routes under /admin/posts. */
export interface PostPageDependencies {
  readonly posts: PostStore;
  readonly site: SiteSettings;
  readonly renderText: RenderText;
  /** Before every route that changes something. */
  readonly forms: FormProtection;
  /** Before every route that shows something. */
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
}
