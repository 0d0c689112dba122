import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer().start();
  server.publish({ title: 'Glass', path: 'glass', tags: ['house'], markdown: 'word '.repeat(900) });
  server.putPublic('a.png', Buffer.alloc(100, 1));
});

const ADDRESSES = [
  '/',
  '/glass',
  '/tags',
  '/tags/house',
  '/archive',
  '/archive/2026',
  '/archive/2026/03',
  '/search',
  '/search?q=glass',
  '/feed.rss',
  '/feed.atom',
  '/feed.json',
  '/feed',
  '/tags/house/feed.atom',
  '/sitemap.xml',
  '/robots.txt',
  '/opensearch.xml',
  '/feeds.opml',
  '/assets/site.css',
  '/assets/favicon.svg',
  '/media/a.png',
];
const ENCODINGS = ['identity', 'br', 'gzip', 'zstd'];

describe.each(ADDRESSES)('%s', (address) => {
  it.each(ENCODINGS)(
    'has a strong ETag and a date, each of which alone is enough for 304 (%s)',
    async (encoding) => {
      const base = { 'accept-encoding': encoding };
      const { status, headers } = await server.ask(address, base);
      expect(status).toBe(200);
      expect(headers['etag']).toMatch(/^"[^"]+"$/);
      const byTag = await server.ask(address, { ...base, 'if-none-match': `"other", ${headers['etag']}` });
      expect([byTag.status, byTag.body.length, byTag.headers['etag']]).toEqual([304, 0, headers['etag']]);
      expect(byTag.headers['content-type']).toBeUndefined();
      const byDate = await server.ask(address, { ...base, 'if-modified-since': headers['last-modified']! });
      expect([byDate.status, byDate.body.length]).toEqual([304, 0]);
      const stale = await server.ask(address, {
        ...base,
        'if-none-match': '"other"',
        'if-modified-since': headers['last-modified']!,
      });
      expect(stale.status).toBe(200);
      const old = await server.ask(address, {
        ...base,
        'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT',
      });
      expect(old.status).toBe(200);
    },
  );

  it.each(ENCODINGS)('answers HEAD with the headers of GET and no body (%s)', async (encoding) => {
    const get = await server.ask(address, { 'accept-encoding': encoding });
    const head = await server.ask(address, { 'accept-encoding': encoding }, 'HEAD');
    const { date: _getDate, 'transfer-encoding': _chunked, ...expected } = get.headers;
    const { date: _headDate, ...found } = head.headers;
    expect(found).toEqual(expected);
    expect(head.body).toHaveLength(0);
  });
});

describe('a page that changed', () => {
  it('is sent again, whichever validator the client has', async () => {
    const before = await server.ask('/');
    server.publish({ title: 'Newer', path: 'newer' });
    const byTag = await server.ask('/', { 'if-none-match': before.headers['etag']! });
    const byDate = await server.ask('/', { 'if-modified-since': before.headers['last-modified']! });
    expect([byTag.status, byDate.status]).toEqual([200, 200]);
    expect(byDate.text).toContain('Newer');
  });

  it('is sent again when a scheduled post appears without any save', async () => {
    server.publish({ title: 'Tomorrow', path: 'tomorrow', publishedAtMillis: server.nowMillis + 60_000 });
    const before = await server.ask('/');
    expect(before.text).not.toContain('Tomorrow');
    server.nowMillis += 61_000;
    const after = await server.ask('/', { 'if-modified-since': before.headers['last-modified']! });
    expect(after.status).toBe(200);
    expect(after.text).toContain('Tomorrow');
  });
});
