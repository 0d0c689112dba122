import type { Router, RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AdminSender } from '../accounts/admin-sender.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { Origin } from '../http/absolute-url.ts';
import { formFields, wholeNumber } from '../http/form-body.ts';
import { seeOther } from '../http/see-other.ts';
import type { DraftLinks } from '../posts/draft-links.ts';
import type { PostStore } from '../posts/post-store.ts';
import { SHARED_DRAFT_PATH } from '../process/own-addresses.ts';
import { expectPost } from './asked-post.ts';
import { draftLinksPage } from './draft-links-page.ts';

export interface DraftLinkRouteDependencies {
  readonly posts: PostStore;
  readonly draftLinks: DraftLinks;
  readonly site: { readonly timeZone: string };
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly origin: Origin;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

/** Makes, lists and revokes secret links to a post that is not published. */
export function addDraftLinkRoutes(router: Router, deps: DraftLinkRouteDependencies): void {
  const { posts, draftLinks, site, forms, owner, send, origin, whenUnlocked, log } = deps;

  router.get('/admin/posts/:id/links', owner, (ctx) => show(ctx));

  router.post('/admin/posts/:id/links', forms.owner, async (ctx) => {
    const { id } = expectPost(posts, ctx);
    const token = await whenUnlocked(() => draftLinks.create(id));
    if (token === undefined)
      return ctx.throw(409, 'There are too many secret links to drafts: revoke some first.');
    log.info({ event: 'draft.shared' }, 'the owner made a secret link to a draft');
    ctx.set('Cache-Control', 'no-store');
    show(ctx, `${origin(ctx)}${SHARED_DRAFT_PATH}?token=${token}`);
  });

  router.post('/admin/posts/:id/links/revoke', forms.owner, async (ctx) => {
    const { id } = expectPost(posts, ctx);
    const link = wholeNumber(formFields(ctx)['link']);
    if (link !== undefined) await whenUnlocked(() => draftLinks.revoke(id, link));
    seeOther(ctx, `/admin/posts/${id}/links`);
  });

  function show(ctx: RouterContext, made?: string): void {
    const post = expectPost(posts, ctx);
    const body = draftLinksPage({
      post,
      links: draftLinks.list(post.id),
      made,
      timeZone: site.timeZone,
      csrfToken: csrfTokenOf(ctx)!,
    });
    send(ctx, { title: 'Secret links', current: 'posts', scripts: ['admin/media.js'], body });
  }
}
