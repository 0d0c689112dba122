import type { Database } from 'better-sqlite3';

/** RFC 4151. What posts were called in feeds before each had an id of its own: by host, day of creation and row. */
export function formerFeedId(
  post: { readonly id: number; readonly createdAtMillis: number },
  origin: string,
): string {
  const day = new Date(post.createdAtMillis).toISOString().slice(0, 10);
  return `tag:${new URL(origin).hostname},${day}:${ownPart(origin)}post-${post.id}`;
}

/** Tells blogs on one host apart. */
export function ownPart(origin: string): string {
  const path = new URL(origin).pathname.replace(/^\/|\/+$/g, '');
  return path === '' ? '' : `${path}/`;
}

/**
 * Writes down what posts from before are called, word for word, so that a later move to another host or an export keeps it. Without
 * PUBLIC_URL nobody knows the host yet: the name goes on following the address that was asked.
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
