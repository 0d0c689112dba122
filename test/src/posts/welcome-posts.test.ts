import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { importPosts } from '../../../src/posts/import/import-posts.ts';
import { seedWelcomePosts } from '../../../src/posts/welcome-posts.ts';
import { draft, HOUR, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function seed(): number {
  return seedWelcomePosts({ database: blog.database, posts: blog.posts, now: () => blog.clock.now });
}

describe('an import into a new blog', () => {
  const write = (file: string, text: string): void => {
    const folder = join(blog.folder, 'source');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const imported = () => {
    blog.clock.now += HOUR;
    return importPosts(join(blog.folder, 'source'), { ...blog, now: () => blog.clock.now });
  };
  const about = () => blog.posts.lookup('/about');
  beforeEach(() => {
    seed();
    write('glass.md', '+++\ntitle = "Glass"\ndate = 2024-05-01\n+++\nClear.\n');
  });

  it('removes the first posts and leaves the about page, until a source brings one', () => {
    expect(imported().removedWelcomePosts).toBe(4);
    expect(blog.posts.page().posts.map(({ title }) => title)).toEqual(['Glass']);
    expect(about()).toMatchObject({ kind: 'post', post: { title: 'About' } });
    write('about.md', '+++\ntitle = "About me"\npath = "about"\ndate = 2024-05-01\n+++\nI blow glass.\n');
    expect(imported()).toMatchObject({ removedWelcomePosts: 1, imported: 1 });
    expect(about()).toMatchObject({ kind: 'post', post: { title: 'About me' } });
  });

  it('removes the about page for one with its address as an alias', () => {
    write('me.md', '+++\ntitle = "Me"\npath = "me"\naliases = ["/about/"]\ndate = 2024-05-01\n+++\nI.\n');
    expect(imported().removedWelcomePosts).toBe(5);
    expect(about().kind).toBe('moved');
  });
});

describe('seedWelcomePosts', () => {
  it('gives an empty blog posts to read and an about page that is in no list', () => {
    expect(seed()).toBe(5);
    expect(blog.posts.page().posts.map((post) => post.title)).toEqual([
      'A blog you can see through',
      'Writing here, or moving in',
      'What sampling promises',
      'Where to look',
    ]);
    expect(blog.posts.lookup('/about')).toMatchObject({ kind: 'post', post: { status: 'unlisted' } });
    expect(blog.posts.page().posts.every((post) => post.summary !== '')).toBe(true);
  });

  it('does so once, even when the posts were deleted', () => {
    seed();
    for (const post of blog.posts.allForAdmin().posts) blog.posts.remove(post.id, post.version);
    expect(seed()).toBe(0);
  });

  it('leaves a blog alone whose posts were all deleted', () => {
    blog.posts.remove(blog.posts.create(draft()).id, 1);
    expect(seed()).toBe(0);
  });

  it('leaves a blog that has posts as it is, for good', () => {
    const own = blog.posts.create(draft());
    expect(seed()).toBe(0);
    blog.posts.remove(own.id, own.version);
    expect(seed()).toBe(0);
  });
});
