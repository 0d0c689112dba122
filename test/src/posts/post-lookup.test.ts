import { beforeEach, describe, expect, it } from '@jest/globals';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

describe('PostStore.lookup', () => {
  beforeEach(() => {
    blog.posts.create(draft({ path: '2026/03/Glas-Häuser', aliases: ['old/glass.html', 'Short'] }));
    blog.posts.create(draft({ title: 'Hidden', path: 'hidden', status: 'unlisted' }));
    blog.posts.create(draft({ title: 'Draft', path: 'draft', status: 'draft', aliases: ['draft-alias'] }));
    blog.posts.create(
      draft({ title: 'Later', path: 'later', publishedAtMillis: NOON + HOUR, aliases: ['later-alias'] }),
    );
  });

  it.each([
    ['/2026/03/Glas-H%C3%A4user', 'post'],
    ['2026/03/Glas-Häuser', 'post'],
    ['/hidden', 'post'],
    ['/2026/03/Glas-H%C3%A4user/', 'moved'],
    ['//2026/03/Glas-H%C3%A4user', 'moved'],
    ['/2026/03/glas-h%C3%A4user', 'moved'],
    ['/2026/03/GLAS-H%C3%84USER', 'moved'],
    ['/old/glass.html', 'moved'],
    ['/short/', 'moved'],
    ['/SHORT', 'moved'],
    ['/draft', 'missing'],
    ['/draft-alias', 'missing'],
    ['/later', 'missing'],
    ['/later-alias', 'missing'],
    ['/2026/03/Glas-Häuser.html', 'moved'],
    ['/2026/03/Glas-Häuser/index.html', 'moved'],
    ['/2026/03/Glas-Häuser.html.html', 'missing'],
    ['/draft.html', 'missing'],
    ['/later/index.html', 'missing'],
    ['/index.html', 'missing'],
    ['/', 'missing'],
    ['', 'missing'],
    ['/%E0%A4%A', 'missing'],
    ['/nowhere', 'missing'],
    ["/' OR 1=1 --", 'missing'],
  ])('%s is %s', (path, kind) => {
    expect(blog.posts.lookup(path).kind).toBe(kind);
  });

  it('knows an address that was typed with combining accents as the same', () => {
    expect(blog.posts.lookup(`/2026/03/${encodeURIComponent('Glas-Ha\u0308user')}`).kind).toBe('post');
  });

  it('sends an alias straight to the canonical path', () => {
    expect(blog.posts.lookup('/SHORT')).toEqual({ kind: 'moved', path: '2026/03/Glas-Häuser' });
  });

  it('shows a scheduled post from its time on, without anything having to run', () => {
    blog.clock.now = NOON + HOUR;
    expect(blog.posts.lookup('/later').kind).toBe('post');
    expect(blog.posts.lookup('/later-alias')).toEqual({ kind: 'moved', path: 'later' });
  });

  it('returns gone for a deleted post and its aliases, until it is restored', () => {
    const post = blog.posts.byPath('hidden')!;
    const moved = blog.posts.update(
      post.id,
      1,
      draft({ title: 'Hidden', path: 'hidden-2', status: 'unlisted' }),
    );
    blog.posts.remove(moved.id, moved.version);
    expect(blog.posts.lookup('/hidden-2')).toEqual({ kind: 'gone' });
    expect(blog.posts.lookup('/hidden')).toEqual({ kind: 'gone' });
    blog.posts.restore(moved.id);
    expect(blog.posts.lookup('/hidden')).toEqual({ kind: 'moved', path: 'hidden-2' });
  });

  it.each(['draft', 'later'])('says nothing of a tombstone that was never seen: %s', (path) => {
    const post = blog.posts.byPath(path)!;
    blog.posts.remove(post.id, post.version);
    blog.clock.now = NOON + 2 * HOUR;
    expect(blog.posts.lookup(`/${path}`)).toEqual({ kind: 'missing' });
    expect(blog.posts.lookup(`/${path}-alias`)).toEqual({ kind: 'missing' });
  });
});
