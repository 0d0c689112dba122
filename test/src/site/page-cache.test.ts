import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BusinessMetrics } from '../../../src/process/business-metrics.ts';
import { PageCache } from '../../../src/site/page-cache.ts';
import { RandomSource } from '../../../src/demo/random-source.ts';
import { ReaderServer } from '../reader-server.ts';

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

describe('PageCache', () => {
  const page = (text: string) => ({
    body: Buffer.from(text),
    etag: '"x"',
    template: 'post',
    route: '/*path',
  });

  it('forgets a page whose version has passed', () => {
    const cache = new PageCache(10_000);
    cache.set('a', '1', page('one'));
    expect(cache.get('a', () => '1')?.body.toString()).toBe('one');
    expect(cache.get('a', () => '2')).toBeUndefined();
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it('evicts the least recently used when it exceeds its bytes', () => {
    const cache = new PageCache(500);
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, '1', page('x'.repeat(100)));
    expect(cache.get('a', () => '1')).toBeDefined();
    cache.set('e', '1', page('x'.repeat(100)));
    expect(cache.get('b', () => '1')).toBeUndefined();
    expect(cache.get('a', () => '1')).toBeDefined();
    expect(cache.bytes).toBeLessThanOrEqual(500);
    cache.set('a', '1', page('x'.repeat(100)));
    expect(cache.bytes).toBe(cache.size * 102);
  });

  it('does not keep what is larger than all of it', () => {
    const cache = new PageCache(100);
    cache.set('a', '1', page('x'.repeat(100)));
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

describe('pages', () => {
  const publicUrl = 'https://blog.example/notes';
  const DAY = 86_400_000;
  let server: ReaderServer;
  /** Another process on the same files, which renders every time. */
  let other: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer({ publicUrl, pageCacheBytes: 100_000 }).start();
    other = await new ReaderServer({ publicUrl, folder: server.folder, pageCacheBytes: 0 }).start();
  });

  it('are rendered once until something visible changes, and queried for nothing then', async () => {
    const post = server.publish({ title: 'A', path: 'a' });
    server.drawn.length = 0;
    for (const path of ['/a', '/', '/a', '/?before=nonsense', '/a?from=feed', '/']) await server.ask(path);
    expect(server.drawn).toEqual(['post', 'front', 'front']);
    server.posts.update(post.id, post.version, { title: 'B', markdown: 'b', status: 'published' });
    expect((await server.ask('/a')).text).toContain('<title>B · ');
    server.publish({ title: 'Hidden', path: 'hidden', status: 'unlisted' });
    for (const path of ['/a', '/hidden', '/hidden']) await server.ask(path);
    expect(server.drawn.slice(3)).toEqual(['post', 'post', 'post']);
  });

  it('answer as if they were rendered each time, whatever changes, by this process or another, at any time', async () => {
    const random = new RandomSource(16);
    const start = server.nowMillis;
    const paths = ['a', 'b', 'c', 'about', '2026/03/d'];
    const tags = ['glass', 'light'];
    const asked = ['/', '/archive', '/archive/2026/03', '/tags', '/tags/glass', '/tags/light', '/feed.atom'];
    const drafts = (path: string) => ({
      title: `T${random.between(0, 9)}`,
      markdown: `Words ${random.between(0, 9)}.`,
      path,
      tags: tags.filter(() => random.chance(0.5)),
      status: random.pick(['published', 'published', 'unlisted', 'draft'] as const),
      publishedAtMillis: start + random.between(-5, 5) * DAY,
    });
    const change = (by: ReaderServer): void => {
      const path = random.pick(paths);
      const known = by.posts.byPath(path);
      const kind = random.between(0, 5);
      if (known === undefined) by.posts.create(drafts(path));
      else if (known.deletedAtMillis !== null) by.posts.restore(known.id);
      else if (kind === 0) by.posts.remove(known.id, known.version);
      else if (kind === 1) by.site.save({ ...by.site.values, title: `Blog ${random.between(0, 3)}` });
      else by.posts.update(known.id, known.version, drafts(path));
    };
    const differing: string[] = [];
    for (let step = 0; step < 80; step++) {
      if (random.chance(0.3)) server.nowMillis = other.nowMillis = start + random.between(-4, 6) * DAY;
      else change(random.pick([server, other]));
      for (const path of [...asked, ...paths.map((known) => `/${known}`)]) {
        const [cached, rendered] = await Promise.all([server.ask(path), other.ask(path)]);
        if (cached.status !== rendered.status || cached.text !== rendered.text)
          differing.push(`${step} ${path}: ${cached.status}, ${rendered.status}`);
      }
    }
    expect(differing).toEqual([]);
    expect(server.drawn.length).toBeLessThan(other.drawn.length);
  });
});
