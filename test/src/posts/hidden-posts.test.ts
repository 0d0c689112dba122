import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

const SECRET = 'Xylocarp';
let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer().start();
  server.publish({ title: 'Open', path: 'open', tags: ['shared'] });
  const hidden = { markdown: `${SECRET} text`, tags: ['shared', SECRET], aliases: [] };
  server.publish({ ...hidden, title: `${SECRET} draft`, path: 'draft', status: 'draft' });
  server.publish({
    ...hidden,
    title: `${SECRET} later`,
    path: 'later',
    publishedAtMillis: server.nowMillis + 3_600_000,
  });
  server.publish({ ...hidden, title: `${SECRET} unlisted`, path: 'unlisted', status: 'unlisted' });
  const gone = server.publish({ ...hidden, title: `${SECRET} deleted`, path: 'deleted' });
  server.posts.remove(gone.id, gone.version);
});

describe('drafts, scheduled, unlisted and deleted posts', () => {
  it.each([
    '/',
    '/open',
    '/tags',
    '/tags/shared',
    '/archive',
    '/archive/2026',
    '/archive/2026/03',
    `/search?q=text`,
    '/feed.rss',
    '/feed.atom',
    '/feed.json',
    '/tags/shared/feed.rss',
    '/sitemap.xml',
    '/draft',
    '/later',
  ])('are not on %s', async (path) => {
    expect((await server.ask(path)).text).not.toContain(SECRET);
  });

  it('are answered with their content type', async () => {
    const statusOf = async (path: string) => (await server.ask(path)).status;
    expect(await Promise.all(['/draft', '/later', '/unlisted', '/deleted'].map(statusOf))).toEqual([
      404, 404, 200, 410,
    ]);
    expect(await statusOf(`/tags/${SECRET}`)).toBe(404);
    expect(await statusOf(`/tags/${SECRET}/feed.rss`)).toBe(404);
  });

  it('are not counted', async () => {
    expect((await server.ask('/archive')).text).toContain('1 post since 2026');
    expect((await server.ask('/tags/shared')).text).toContain('1 post with this tag');
    expect((await server.ask('/search?q=Xylocarp')).text).toContain('No post matches');
  });

  it('an unlisted page asks not to be indexed and has no neighbours', async () => {
    const { text } = await server.ask('/unlisted');
    expect(text).toContain('content="noindex"');
    expect(text).not.toContain('Earlier and later posts');
  });

  it('a scheduled post is everywhere once its time has come', async () => {
    server.nowMillis += 3_600_001;
    try {
      for (const path of [
        '/',
        '/later',
        '/tags',
        '/feed.rss',
        '/sitemap.xml',
        '/archive/2026/03',
        '/search?q=Xylocarp',
      ]) {
        expect([path, /Xylocarp|\/later/.test((await server.ask(path)).text)]).toEqual([path, true]);
      }
    } finally {
      server.nowMillis -= 3_600_001;
    }
  });
});
