import type { AdminPostSummary, Post } from '../posts/post.ts';
import { html, type Html } from '../markup/html.ts';

export type PostState = AdminPostSummary['state'];

export const STATE_WORDS: Readonly<Record<PostState, string>> = {
  published: 'Published',
  draft: 'Draft',
  scheduled: 'Scheduled',
  unlisted: 'Unlisted',
  deleted: 'Deleted',
};

/** The post's state as readers see it now. */
export function stateOf(post: Post, nowMillis: number): PostState {
  if (typeof post.deletedAtMillis === 'number') return 'deleted';
  if (post.status === 'draft') return 'draft';
  return (post.publishedAtMillis ?? 0) > nowMillis ? 'scheduled' : post.status;
}

/** True if readers could open the post until it was deleted: its address answers 410 Gone. */
export function wasPublic({ status, publishedAtMillis, deletedAtMillis }: Post): boolean {
  if (status === 'draft' || publishedAtMillis === null || typeof deletedAtMillis !== 'number') return false;
  return publishedAtMillis <= deletedAtMillis;
}

export function stateChip(state: PostState): Html {
  return html`<span class="chip ${state}">${STATE_WORDS[state]}</span>`;
}
