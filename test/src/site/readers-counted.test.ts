import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type BusinessMetrics, createBusinessMetrics } from '../../../src/process/business-metrics.ts';
import { ReaderServer } from '../reader-server.ts';

describe('requests by kind', () => {
  const counted: (string | number | undefined)[] = [];
  let onMedia: () => void = () => {};
  const metrics: BusinessMetrics = {
    ...createBusinessMetrics({ countFrom: () => {}, mark: () => {} }),
    postRead: (path) => void counted.push(path),
    mediaServed(bytes) {
      counted.push(bytes);
      onMedia();
    },
  };
  let server: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer({ metrics }).start();
    server.putPublic('glass.png', Buffer.alloc(5000, 7));
    server.posts.create({
      title: 'Glass',
      markdown: 'Clear.',
      status: 'published',
      publishedAtMillis: server.nowMillis - 1000,
      path: 'glass',
    });
  });
  beforeEach(() => void (counted.length = 0));

  it('counts each page of a post that was asked for, also when the browser has it already', async () => {
    const { headers } = await server.ask('/glass');
    const again = await server.ask('/glass', { 'if-none-match': String(headers['etag']) });
    expect(again.status).toBe(304);
    expect(counted).toEqual(['glass', 'glass']);
  });

  it('counts an unlisted post without its address', async () => {
    server.publish({ title: 'Hidden', path: 'secret-address', status: 'unlisted' });
    expect((await server.ask('/secret-address')).status).toBe(200);
    expect(counted).toEqual([undefined]);
  });

  it('counts no list, no lost address and no file as a read', async () => {
    for (const path of ['/', '/archive', '/no-such-post', '/feed.rss']) await server.ask(path);
    expect(counted).toEqual([]);
  });

  it.each([
    ['a file', {}, 200, 5000],
    ['a part of one', { range: 'bytes=100-199' }, 206, 100],
  ])('counts the bytes of %s', async (_what, headers, status, bytes) => {
    const told = new Promise<void>((resolve) => (onMedia = resolve));
    expect((await server.ask('/media/glass.png', headers)).status).toBe(status);
    await told;
    expect(counted).toEqual([bytes]);
  });
});
