import { beforeEach, expect, it } from '@jest/globals';
import { keepFormerFeedIds } from '../../../src/posts/former-feed-ids.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
  blog.posts.create(draft({ path: 'old' }));
  // As every row is that was written before posts had ids.
  blog.database.exec('UPDATE posts SET feed_id = NULL');
  blog.posts.create(draft({ path: 'new' }));
});

const idOf = (path: string): string | undefined => blog.posts.byPath(path)!.feedId;

it('stores the exact feed id of an earlier post, and keeps it on another host', () => {
  const own = idOf('new');
  keepFormerFeedIds(blog.database, 'https://blog.example/notes');
  expect(idOf('old')).toBe('tag:blog.example,2026-03-14:notes/post-1');
  keepFormerFeedIds(blog.database, 'https://elsewhere.example');
  expect([idOf('old'), idOf('new')]).toEqual(['tag:blog.example,2026-03-14:notes/post-1', own]);
});

it('stores nothing while the host is unknown', () => {
  keepFormerFeedIds(blog.database, undefined);
  expect(idOf('old')).toBeUndefined();
});
