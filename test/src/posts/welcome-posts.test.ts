import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedWelcomePosts } from '../../../src/posts/welcome-posts.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function seed(): number {
  return seedWelcomePosts({ database: blog.database, posts: blog.posts, now: () => blog.clock.now });
}

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
