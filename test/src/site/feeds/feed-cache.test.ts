import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BusinessMetrics } from '../../../../src/process/business-metrics.ts';
import { FeedCache } from '../../../../src/site/feeds/feed-cache.ts';
import { ReaderServer } from '../../reader-server.ts';

/** Writes down what was counted. */
class FakeBusinessMetrics implements BusinessMetrics {
  readonly counted: string[] = [];
  postCreated(): void {}
  postUpdated(): void {}
  postDeleted(): void {}
  postPublished(): void {}
  feedRequested(format: string): void {
    this.counted.push(`request ${format}`);
  }
  feedGenerated(format: string, millis: number): void {
    this.counted.push(`generated ${format}${millis >= 0 ? '' : ' backwards'}`);
  }
  cacheHit(): void {
    this.counted.push('hit');
  }
  cacheMiss(): void {
    this.counted.push('miss');
  }
  searched(): void {
    this.counted.push('search');
  }
  entries: () => number = () => NaN;
  watchCache(entries: () => number): void {
    this.entries = entries;
  }
  postRead(): void {}
  mediaServed(): void {}
}

describe('FeedCache', () => {
  const feed = (text: string) => ({ body: Buffer.from(text), etag: '"x"' });

  it('forgets a feed whose version has passed', () => {
    const cache = new FeedCache();
    cache.set('a', '1', feed('one'));
    expect(cache.get('a', '1')?.body.toString()).toBe('one');
    expect(cache.get('a', '2')).toBeUndefined();
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it('evicts the least recently used when it exceeds its bytes', () => {
    const cache = new FeedCache({ maxBytes: 500 });
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, '1', feed('x'.repeat(100)));
    expect(cache.get('a', '1')).toBeDefined();
    cache.set('e', '1', feed('x'.repeat(100)));
    expect(cache.get('b', '1')).toBeUndefined();
    expect(cache.get('a', '1')).toBeDefined();
    expect(cache.bytes).toBeLessThanOrEqual(500);
    cache.set('a', '1', feed('x'.repeat(100)));
    expect(cache.bytes).toBe(cache.size * 102);
  });

  it('does not keep what is larger than all of it', () => {
    const cache = new FeedCache({ maxBytes: 100 });
    cache.set('a', '1', feed('x'.repeat(100)));
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });
});

describe('feeds', () => {
  const metrics = new FakeBusinessMetrics();
  const bodies: unknown[] = [];
  let server: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer({
      metrics,
      extra: async (ctx, next) => {
        await next();
        bodies.push(ctx.body);
      },
    }).start();
    server.publish({ title: 'A', path: 'a', tags: ['t'] });
  });

  it('are drawn once, counted each time, and drawn again after a change', async () => {
    await server.ask('/feed.rss');
    await server.ask('/feed.rss');
    await server.ask('/feed.atom');
    server.publish({ title: 'B', path: 'b' });
    const { text } = await server.ask('/feed.rss');
    expect(text).toContain('/b');
    expect(metrics.counted.join(', ')).toBe(
      'request rss, miss, generated rss, request rss, hit, request atom, miss, generated atom, request rss, miss, generated rss',
    );
    expect(server.drawn).toEqual(['feed.rss', 'feed.atom', 'feed.rss']);
    expect(metrics.entries()).toBeGreaterThanOrEqual(1);
  });

  it.each(['/feed.rss', '/feed.atom', '/feed.json', '/tags/t/feed.rss', '/sitemap.xml', '/robots.txt'])(
    'are made into bytes once: %s',
    async (path) => {
      await server.ask(path);
      bodies.length = 0;
      const answers = [await server.ask(path), await server.ask(path), await server.ask(path, {}, 'HEAD')];
      expect(bodies[0]).toBeInstanceOf(Buffer);
      expect(bodies.every((body) => body === bodies[0])).toBe(true);
      expect(answers[0]!.body).toEqual(answers[1]!.body);
      expect(answers[2]!.headers['content-length']).toBe(String(answers[0]!.body.length));
    },
  );

  it('count searches', async () => {
    metrics.counted.length = 0;
    await server.ask('/search');
    await server.ask('/search?q=a');
    expect(metrics.counted).toEqual(['search']);
  });
});
