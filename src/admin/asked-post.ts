import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { queryText } from '../accounts/route-answers.ts';
import type { Post } from '../posts/post.ts';
import type { PostStore } from '../posts/post-store.ts';

/** What a page says after a form was taken, by the word in its address. */
const NOTICES: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  deleted: 'The post is deleted. It is kept under Deleted and can be restored.',
  restored: 'The post is back as it was.',
  copied: 'Saved as a new draft.',
};

/** The post of `/admin/posts/:id/…`, deleted ones included; undefined when there is none, and for an address without an id. */
export function askedPost(posts: Pick<PostStore, 'byId'>, ctx: RouterContext): Post | undefined {
  const { id = '' } = ctx.params;
  return /^\d{1,15}$/.test(id) ? posts.byId(Number(id)) : undefined;
}

/** The same; answers 404 where there is none. */
export function expectPost(posts: Pick<PostStore, 'byId'>, ctx: RouterContext): Post {
  const post = askedPost(posts, ctx);
  if (post === undefined)
    ctx.throw(404, 'There is no such post. The desk lists all there are, deleted ones included.');
  return post!;
}

export function noticeOf(ctx: Context): string | undefined {
  const word = queryText(ctx, 'done');
  return ctx.method === 'GET' && Object.hasOwn(NOTICES, word) ? NOTICES[word] : undefined;
}
