import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { wholeNumber } from '../http/form-body.ts';
import { noticeIn } from '../accounts/route-answers.ts';
import type { Post } from '../posts/post.ts';
import type { PostStore } from '../posts/post-store.ts';

/** The notice shown after a form was accepted, by the `done` word in the address. */
const NOTICES: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  published: 'Published: readers see it now.',
  scheduled: 'Scheduled: readers see it from the time below on.',
  unlisted: 'Saved: anyone with the address can read it now, and no list shows it.',
  draft: 'Saved as a draft: readers see it no longer.',
  deleted: 'The post is deleted. You can restore it under Deleted.',
  restored: 'The post is restored.',
  copied: 'Saved as a new draft.',
  discarded: 'The text was discarded.',
};

/** Returns the post of `/admin/posts/:id/…`, deleted ones included; undefined if there is none or the address has no id. */
export function askedPost(posts: Pick<PostStore, 'byId'>, ctx: RouterContext): Post | undefined {
  const id = wholeNumber(ctx.params['id']);
  return id === undefined ? undefined : posts.byId(id);
}

/** As `askedPost`, but answers 404 if there is none. */
export function expectPost(posts: Pick<PostStore, 'byId'>, ctx: RouterContext): Post {
  const post = askedPost(posts, ctx);
  if (post === undefined)
    ctx.throw(404, 'Post not found. The list of posts at /admin has all, deleted ones under Deleted.');
  return post;
}

export function noticeOf(ctx: Context): string | undefined {
  return noticeIn(ctx, NOTICES);
}
