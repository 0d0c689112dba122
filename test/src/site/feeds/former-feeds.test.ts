import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../../reader-server.ts';

const blog = new ReaderServer();
beforeAll(async () => {
  await blog.start();
  blog.publish({ title: 'Glass', tags: ['Glass & light'] });
});

describe('the address of a feed at other software', () => {
  it.each([
    ['/feed.xml', '/feed.atom'],
    ['/atom.xml', '/feed.atom'],
    ['/index.xml', '/feed.rss'],
    ['/rss/', '/feed.rss'],
    ['/RSS.xml', '/feed.rss'],
    ['/feed/atom/', '/feed.atom'],
    ['/feed/feed.json', '/feed.json'],
    ['/tags/Glass%20&%20light/index.xml', '/tags/Glass%20%26%20light/feed.rss'],
    ['/tag/glass-light/feed/', '/tags/glass-light/feed.rss'],
  ])('%s leads to %s', async (address, feed) => {
    const { status, headers } = await blog.ask(address);
    expect([status, headers['location']]).toEqual([301, feed]);
  });

  it('is that of a post which has it', async () => {
    blog.publish({ title: 'Own', path: 'rss' });
    expect((await blog.ask('/rss')).status).toBe(200);
  });

  it.each(['/rss/more', '/tags/x/y/index.xml', '/a/feed.xml'])('is not %s', async (address) => {
    expect((await blog.ask(address)).status).toBe(404);
  });
});
