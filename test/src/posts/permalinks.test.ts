import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer().start();
  server.publish({ title: 'Café', path: '2026/03/Café', aliases: ['old/name'], tags: ['Glas & Licht'] });
  const gone = server.publish({ title: 'Taken <down>', path: 'gone' });
  server.posts.remove(gone.id, gone.version);
});

const CANONICAL = '/2026/03/Caf%C3%A9';

describe('a post’s address', () => {
  it.each(['/2026/03/caf%C3%A9', `${CANONICAL}/`, '/2026/03/Cafe%CC%81', '/old/name', '/OLD/Name'])(
    'is where %s leads',
    async (path) => {
      const { status, headers } = await server.ask(path);
      expect([status, headers['location']]).toEqual([301, CANONICAL]);
    },
  );

  it('keeps the query in a redirect', async () => {
    expect((await server.ask('/old/name?ref=x')).headers['location']).toBe(`${CANONICAL}?ref=x`);
  });

  it('is the canonical link', async () => {
    const { status, text } = await server.ask(CANONICAL);
    expect(status).toBe(200);
    expect(text).toContain(`<link rel="canonical" href="${server.origin}${CANONICAL}"`);
  });

  it('answers 410 without the title once the post was deleted', async () => {
    const { status, text } = await server.ask('/gone', { accept: 'text/html' });
    expect(status).toBe(410);
    expect(text).toContain('The author removed the post at this address.');
    expect(text).not.toContain('Taken');
  });
});

describe('a tag’s address', () => {
  it('has one spelling', async () => {
    const { status, headers } = await server.ask('/tags/glas%20%26%20licht');
    expect([status, headers['location']]).toEqual([301, '/tags/Glas%20%26%20Licht']);
    expect((await server.ask('/tags/Glas%20%26%20Licht')).status).toBe(200);
    expect((await server.ask('/tags/Glas%20%26%20Licht/feed.rss')).status).toBe(200);
  });
});

describe('PUBLIC_URL', () => {
  it('is the origin of canonical addresses; without it a Host that is none is not believed', async () => {
    const behind = await new ReaderServer({ publicUrl: 'https://blog.example' }).start();
    behind.publish({ title: 'A', path: 'a' });
    const asked = await behind.ask('/a', { host: 'evil.example' });
    expect(asked.text).toContain('<link rel="canonical" href="https://blog.example/a"');
    expect(asked.text).not.toContain('evil.example');
    expect((await server.ask('/', { host: '"><b>' })).text).not.toContain('<b>');
  });
});

describe('the owner’s settings', () => {
  it('show on the next page without a restart', async () => {
    expect((await server.ask('/')).text).toContain('Glasshouse');
    server.site.save({
      ...server.site.values,
      title: 'Feldnotizen',
      description: 'Kurz.',
      language: 'de',
      author: 'Ada',
    });
    const { text } = await server.ask('/');
    expect(text).toContain('<html lang="de"');
    expect(text).toContain('Feldnotizen');
    expect(text).toContain('20. März 2026');
  });
});
