import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { BlogSearch } from '../../../src/posts/blog-search.ts';
import { draft, NOON, temporaryBlog } from '../temporary-blog.ts';

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('BlogSearch', () => {
  onLinux('searches in a thread that all others of the process go before', async () => {
    const blog = temporaryBlog();
    blog.posts.create(draft({ title: 'Moss', publishedAtMillis: NOON }));
    const search = new BlogSearch(blog.database, () => {});
    const { hits } = await search.search('moss');
    const threads = readdirSync('/proc/self/task').filter(
      (thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'search',
    );
    const priorities = threads.map((thread) => getPriority(Number(thread)));
    await search.close();
    expect(hits.map(({ title }) => title)).toEqual(['Moss']);
    expect(priorities).toEqual([Math.min(19, getPriority(process.pid) + 10)]);
  });
});
