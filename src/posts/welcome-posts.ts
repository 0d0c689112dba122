import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { SettingStore } from '../db/setting-store.ts';
import { parseFrontMatter } from './import/front-matter.ts';
import { readPost } from './import/read-post.ts';
import type { PostStore } from './post-store.ts';

const FOLDER = new URL('./welcome/', import.meta.url);
const SEEDED = 'welcome_posts';
const MINUTE_MILLIS = 60_000;

/**
 * Adds the first posts to an empty blog, once: a blog with posts gets none, and deleted ones do not come back.
 * Returns how many were written. The first in the folder is the newest.
 */
export function seedWelcomePosts(options: {
  readonly database: Database;
  readonly posts: PostStore;
  readonly now?: () => number;
}): number {
  const settings = new SettingStore(options.database);
  if (settings.get(SEEDED) !== undefined) return 0;
  const now = (options.now ?? Date.now)();
  const seed = options.database.transaction((): number => {
    if (settings.get(SEEDED) !== undefined) return 0;
    settings.set(SEEDED, new Date(now).toISOString());
    const isEmpty = options.posts.allForAdmin({ limit: 1 }).posts.length === 0;
    const files = isEmpty
      ? readdirSync(FOLDER)
          .filter((file) => file.endsWith('.md'))
          .toSorted()
      : [];
    for (const [index, file] of files.entries()) {
      const front = parseFrontMatter(readFileSync(new URL(file, FOLDER), 'utf8'), file);
      const { draft } = readPost(front, file);
      const isPage = front.data['path'] !== undefined;
      options.posts.create({
        ...draft,
        // Every blog has these posts, so each needs new feed ids.
        feedId: undefined,
        path: isPage ? draft.path : undefined,
        status: isPage ? 'unlisted' : 'published',
        publishedAtMillis: now - index * MINUTE_MILLIS,
      });
    }
    return files.length;
  });
  return seed.immediate();
}
