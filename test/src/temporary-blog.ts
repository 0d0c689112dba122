import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { MediaStore } from '../../src/media/media-store.ts';
import type { PostDraft } from '../../src/posts/post.ts';
import { PostStore } from '../../src/posts/post-store.ts';
import { afterTests } from '../fixtures/after-tests.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

export const NOON = Date.UTC(2026, 2, 14, 12);
export const HOUR = 3_600_000;

/** A blog of real files in a folder of its own, with a clock that stands until it is set; closed after the file's tests. */
export interface TemporaryBlog {
  readonly folder: string;
  readonly database: Database;
  readonly posts: PostStore;
  readonly media: MediaStore;
  readonly clock: { now: number };
}

export function temporaryBlog(): TemporaryBlog {
  const folder = temporaryFolder();
  const database = openDatabase(path.join(folder, 'glasshouse.db'));
  afterTests(() => closeDatabase(database));
  const clock = { now: NOON };
  const now = (): number => clock.now;
  return {
    folder,
    database,
    clock,
    posts: new PostStore(database, { now }),
    media: new MediaStore(database, { folder: path.join(folder, 'media'), now }),
  };
}

/** A published post an hour before the clock's start, unless told otherwise. */
export function draft(fields: Partial<PostDraft> = {}): PostDraft {
  return {
    title: 'Glass',
    markdown: 'Clear.',
    status: 'published',
    publishedAtMillis: NOON - HOUR,
    ...fields,
  };
}
