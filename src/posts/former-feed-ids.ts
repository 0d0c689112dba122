import type { Database } from 'better-sqlite3';

/** The feed ids of posts before ids were stored (RFC 4151): host, day of creation and row id. */
export function formerFeedId(
  post: { readonly id: number; readonly createdAtMillis: number },
  origin: string,
): string {
  const day = new Date(post.createdAtMillis).toISOString().slice(0, 10);
  return `tag:${new URL(origin).hostname},${day}:${ownPart(origin)}post-${post.id}`;
}

/** Distinguishes blogs on one host. */
export function ownPart(origin: string): string {
  const path = new URL(origin).pathname.replace(/^\/|\/+$/g, '');
  return path === '' ? '' : `${path}/`;
}

/**
 * Stores the former feed ids of older posts, so that a move to another host or an export keeps them. Without PUBLIC_URL the host is
 * unknown, and the id still follows the requested address.
 */
export function keepFormerFeedIds(database: Database, publicUrl: string | undefined): void {
  if (publicUrl === undefined) return;
  const posts = database
    .prepare<[], { id: number; createdAtMillis: number }>(
      'SELECT id, created_at AS createdAtMillis FROM posts WHERE feed_id IS NULL',
    )
    .all();
  if (posts.length === 0) return;
  const keep = database.prepare<[string, number]>(
    'UPDATE OR IGNORE posts SET feed_id = ? WHERE id = ? AND feed_id IS NULL',
  );
  database
    .transaction(() => {
      for (const post of posts) keep.run(formerFeedId(post, publicUrl), post.id);
    })
    .immediate();
}
