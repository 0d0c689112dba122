import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { formFields } from '../http/form-body.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import { queryText } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { PostConflictError } from '../posts/post-errors.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import { expectPost, noticeOf } from './asked-post.ts';
import { deletePage } from './delete-page.ts';
import { STATE_WORDS, type PostState } from './post-state.ts';
import { postsPage } from './posts-page.ts';
import { EMPTY_POST_FORM, valuesOfPost } from './post-form.ts';
import type { UnsavedText } from '../posts/unsaved-texts.ts';
import { othersThan, type UnsavedDependencies } from './unsaved-routes.ts';

export interface PostRouteDependencies extends UnsavedDependencies {
  readonly metrics: Pick<BusinessMetrics, 'postDeleted'>;
  readonly now: () => number;
}

/** Lists, deletes and restores posts. */
export function addPostRoutes(router: Router, deps: PostRouteDependencies): void {
  const { posts, site, renderText, forms, owner, send, metrics, unsaved, whenUnlocked } = deps;

  const asking = (ctx: Context) => ({ csrfToken: csrfTokenOf(ctx)!, nowMillis: deps.now() });

  const isUnsaved = (text: UnsavedText): boolean => {
    const post = text.postId === undefined ? undefined : posts.byId(text.postId);
    const values = post === undefined ? EMPTY_POST_FORM : valuesOfPost(post, site.timeZone);
    return othersThan({ draft: '', values }, [text]).length > 0;
  };

  const showList = (ctx: Context): void => {
    const text = queryText(ctx, 'text').slice(0, 200);
    const before = queryText(ctx, 'before');
    const asked = queryText(ctx, 'status');
    const status = Object.hasOwn(STATE_WORDS, asked) ? (asked as PostState) : undefined;
    const page = posts.allForAdmin({ text, status, before: before || undefined });
    const body = postsPage({
      page,
      counts: posts.counts(),
      status,
      text,
      isFurther: before !== '',
      notice: noticeOf(ctx),
      unsaved: unsaved.all().filter(isUnsaved),
      csrfToken: csrfTokenOf(ctx)!,
      timeZone: site.timeZone,
    });
    send(ctx, { title: 'Posts', current: 'posts', body });
  };
  router.get('/admin', owner, showList);
  router.get('/admin/posts', owner, showList);

  router.get('/admin/posts/:id/delete', owner, (ctx) => {
    const post = expectPost(posts, ctx);
    if (typeof post.deletedAtMillis === 'number') return seeOther(ctx, `/admin/posts/${post.id}/edit`);
    send(ctx, { title: 'Delete a post', current: 'posts', body: deletePage(post, asking(ctx)) });
  });

  router.post('/admin/posts/:id/delete', forms.owner, async (ctx) => {
    const post = expectPost(posts, ctx);
    if (typeof post.deletedAtMillis === 'number') return seeOther(ctx, '/admin/posts?done=deleted');
    try {
      const version = Number(formFields(ctx)['version'] ?? -1);
      await whenUnlocked(() => posts.remove(post.id, version));
      metrics.postDeleted();
      seeOther(ctx, '/admin/posts?done=deleted');
    } catch (error) {
      if (!(error instanceof PostConflictError)) throw error;
      const problem =
        'The post was saved elsewhere since you opened this page. Review it before you delete it.';
      send(ctx, {
        title: 'Delete a post',
        status: 409,
        current: 'posts',
        body: deletePage(error.current, { ...asking(ctx), problem }),
      });
    }
  });

  router.post('/admin/posts/:id/restore', forms.owner, async (ctx) => {
    const post = expectPost(posts, ctx);
    const { id, markdown, path, aliases: formerPaths } = post;
    const text = await renderText(markdown, { path, formerPaths, fields: post });
    await whenUnlocked(() => posts.restore(id, { rendered: text }));
    seeOther(ctx, `/admin/posts/${id}/edit?done=restored`);
  });
}
