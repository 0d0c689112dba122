import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { SettingStore } from '../db/setting-store.ts';
import { parseFrontMatter } from './import/front-matter.ts';
import { readPost } from './import/read-post.ts';
import type { PostStore } from './post-store.ts';
import { PostWriter } from './post-writer.ts';

const FOLDER = new URL('./welcome/', import.meta.url);
const SEEDED = 'welcome_posts';
const MINUTE_MILLIS = 60_000;
/** Written within a minute of the seeding, with the dates that it gives, and not saved since. */
const UNTOUCHED = `
  SELECT id, path, status FROM posts
  WHERE deleted_at IS NULL AND updated_at = created_at AND created_at BETWEEN @at AND @at + @minute
    AND published_at <= @at AND (@at - published_at) % @minute = 0
    AND id NOT IN (SELECT post_id FROM imported_posts)
    AND NOT EXISTS (SELECT 1 FROM unsaved_texts WHERE post_id = posts.id)`;

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
    const isEmpty = Object.values(options.posts.counts()).every((count) => count === 0);
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

interface UntouchedRow {
  readonly id: number;
  readonly path: string;
  readonly status: string;
}

function untouched(database: Database): readonly UntouchedRow[] {
  const seededAtMillis = Date.parse(new SettingStore(database).get(SEEDED) ?? '');
  if (Number.isNaN(seededAtMillis)) return [];
  return database
    .prepare<[{ at: number; minute: number }], UntouchedRow>(UNTOUCHED)
    .all({ at: seededAtMillis, minute: MINUTE_MILLIS });
}

/** Returns true if nobody has written a post or imported one: a new blog has no others than the first ones. */
export function isNewBlog(database: Database): boolean {
  const count = database.prepare<[], number>('SELECT count(*) FROM posts').pluck().get()!;
  return count === untouched(database).length;
}

/**
 * Removes the first posts, so that they do not stand between the posts of an import. One that was saved, deleted or imported since stays, and so
 * does the about page, which is in no list, unless its address is taken. Returns how many were removed.
 */
export function removeUntouchedWelcomePosts(database: Database, isTaken: (path: string) => boolean): number {
  const ids = untouched(database)
    .filter(({ status, path }) => status !== 'unlisted' || isTaken(path))
    .map(({ id }) => id);
  const writer = new PostWriter(database);
  const removeAll = database.transaction(() => {
    for (const id of ids) writer.purge(id);
  });
  removeAll.immediate();
  return ids.length;
}
