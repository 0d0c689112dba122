import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
const DAY = 86_400_000;
beforeAll(async () => {
  server = await new ReaderServer().start();
  server.publish({ title: 'Older', path: 'older', publishedAtMillis: server.nowMillis - 3 * DAY });
  server.publish({
    title: 'Glass',
    path: '2026/03/glass',
    description: 'How glass is made.',
    publishedAtMillis: server.nowMillis - 2 * DAY,
    tags: ['sand', 'heat'],
    authors: ['Ada', 'Grace'],
    markdown: 'Sand and heat.\n\n## Melting\n\nText.',
  });
  server.publish({ title: 'Newer', path: 'newer', publishedAtMillis: server.nowMillis - DAY });
});

describe('a post’s page', () => {
  it('carries the post as microformats', async () => {
    const { text } = await server.ask('/2026/03/glass');
    expect(text).toMatch(/<article class="h-entry">/);
    expect(text).toMatch(/<h1 class="p-name"><bdi>Glass<\/bdi><\/h1>/);
    expect(text).toMatch(
      /<time class="dt-published" datetime="2026-03-18T12:00:00.000Z"\s*>18 March 2026<\/time\s*>/,
    );
    expect([...text.matchAll(/class="p-author h-card"[^>]*>([^<]+)</g)].map((match) => match[1])).toEqual([
      'Ada',
      'Grace',
    ]);
    expect([...text.matchAll(/class="p-category"[^>]*>([^<]+)</g)].map((match) => match[1])).toEqual([
      'sand',
      'heat',
    ]);
    expect(text).toContain('<data class="p-summary" value="How glass is made."></data>');
    expect(text).toContain(`<data class="u-url" value="${server.origin}/2026/03/glass"></data>`);
    expect(text).toMatch(/<div class="e-content">\s*<p>Sand and heat\.<\/p>/);
  });

  it('links to the previous and the next post', async () => {
    const { text } = await server.ask('/2026/03/glass');
    expect(text).toMatch(/rel="prev" href="\/older"[^>]*><small>Earlier<\/small>/);
    expect(text).toMatch(/rel="next" href="\/newer"[^>]*><small>Later<\/small>/);
    expect((await server.ask('/newer')).text).not.toContain('Later');
  });

  it('describes itself to search engines and link previews', async () => {
    const { text } = await server.ask('/2026/03/glass');
    const metas = Object.fromEntries(
      [...text.matchAll(/<meta property="([^"]+)" content="([^"]*)"/g)].map((match) => [match[1], match[2]]),
    );
    expect(metas).toMatchObject({
      'og:title': 'Glass',
      'og:type': 'article',
      'og:url': `${server.origin}/2026/03/glass`,
      'og:description': 'How glass is made.',
      'article:published_time': '2026-03-18T12:00:00.000Z',
    });
  });

  it('is drawn once in a span of its template', async () => {
    // What changes makes every page a new one.
    server.publish({ title: 'Another' });
    server.drawn.length = 0;
    await server.ask('/2026/03/glass');
    await server.ask('/');
    await server.ask('/nope', { accept: 'text/html' });
    expect(server.drawn).toEqual(['post', 'front', 'error']);
  });
});

describe('a post that is written from right to left', () => {
  it('has its date and byline read from left to right, each by itself', async () => {
    const server = await new ReaderServer({ publicUrl: 'https://blog.example' }).start();
    server.publish({
      title: 'שלום',
      path: 'shalom',
      language: 'he',
      authors: ['דוד'],
      markdown: '`a = 1;` טקסט',
    });
    const { text } = await server.ask('/shalom');
    expect(text).toMatch(/<html lang="he" dir="rtl">/);
    expect(text).toMatch(
      /<p class="byline"\s+lang="en">\s*<bdi dir="ltr"><time class="dt-published"[^>]*>20 March 2026/,
    );
    expect(text).toMatch(/<bdi dir="ltr"\s*><span\s*>by\s+<span class="p-author h-card" dir="auto">דוד/);
  });
});
