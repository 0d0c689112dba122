import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseAtomFeed, parseJsonFeed, parseOpml, parseRssFeed } from 'feedsmith';
import { ReaderServer } from '../../reader-server.ts';

const HOSTILE = 'A & B < C > D "E" \'F\' ]]> <![CDATA[x]]> 🦀 \u0000\u0008\u000b\u001f\ufffe\ud800 end';
const CLEAN = 'A & B < C > D "E" \'F\' ]]> <![CDATA[x]]> 🦀 \ufffd end';
const MARKDOWN = `Text with [a link](/tags/x), [a note](#notes) and 🦀 ]]> &amp; \u0007 more.

![A picture](picture.png)

\`\`\`html
<a href="/not-a-link">]]></a>
\`\`\`
`;

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer({ publicUrl: 'https://blog.example' }).start();
  server.site.save({
    ...server.site.values,
    title: HOSTILE,
    description: HOSTILE,
    language: 'en',
    author: 'Ada <& co>',
    // Titles as typed.
    typographer: 'off',
  });
  server.publish({
    title: 'Plain',
    path: 'plain',
    publishedAtMillis: server.nowMillis - 7_200_000,
    authors: ['Grace'],
  });
  server.publish({
    title: HOSTILE,
    path: '2026/03/größe',
    markdown: MARKDOWN,
    feedId: ID,
    tags: ['a&b', 'shared'],
    language: 'de',
  });
});

const ID = 'urn:uuid:0190a9e2-6f1c-4d7e-9b1a-1f2e3d4c5b6a';
const POST_URL = 'https://blog.example/2026/03/gr%C3%B6%C3%9Fe';
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function checkContent(html: string | undefined): void {
  expect(html).toContain('href="https://blog.example/tags/x"');
  expect(html).toContain(`href="${POST_URL}#notes"`);
  expect(html).toMatch(/src="https:\/\/blog\.example\/media\/[^"]*picture\.png"/);
  expect(html).toContain('🦀 ]]&gt; &amp;  more');
  expect(html).toContain('/not-a-link');
  expect(html).not.toContain('https://blog.example/not-a-link');
}

describe('text with a < in XML', () => {
  it.each(['/feed.rss', '/feed.atom'])('has no blanks around it in %s', async (path) => {
    const { text } = await server.ask(path);
    expect(text).toMatch(/<title[^>]*><!\[CDATA\[A & B/);
    expect(text).not.toMatch(/<(?:title|subtitle|description|summary)[^>]*>\s/);
    expect(text).not.toMatch(/\s<\/(?:title|subtitle|description|summary)>/);
  });
});

describe('RSS', () => {
  it('reads back as it was written', async () => {
    const { status, headers, text } = await server.ask('/feed.rss');
    expect([status, headers['content-type']]).toEqual([200, 'application/rss+xml; charset=utf-8']);
    expect(text).not.toMatch(FORBIDDEN);
    const feed = parseRssFeed(text);
    expect(feed.title?.trim()).toBe(CLEAN);
    expect(feed.link).toBe('https://blog.example/');
    expect(feed.atom?.links?.[0]).toMatchObject({ rel: 'self', href: 'https://blog.example/feed.rss' });
    const [first, second] = feed.items!;
    expect(first!.title).toBe(CLEAN);
    expect(first!.link).toBe(POST_URL);
    expect(first!.guid).toEqual({ value: ID, isPermaLink: false });
    expect(first!.categories?.map(({ name }) => name)).toEqual(['a&b', 'shared']);
    expect(new Date(String(first!.pubDate)).toISOString()).toBe('2026-03-20T11:00:00.000Z');
    checkContent(first!.content?.encoded);
    expect(second!.dc?.creators).toEqual(['Grace']);
    expect(first!.dc?.creators).toEqual(['Ada <& co>']);
  });
});

describe('a feed of a blog below a path', () => {
  it('leads below it, and is not taken for that of a neighbour', async () => {
    const below = await new ReaderServer({ publicUrl: 'https://blog.example/notes' }).start();
    const markdown = `${MARKDOWN}\n<img srcset="/media/a.png 1x, https://other.example/b.png 2x">`;
    below.publish({ title: 'Below', path: 'below', markdown });
    below.database.exec('UPDATE posts SET feed_id = NULL');
    const feed = parseAtomFeed((await below.ask('/feed.atom')).text);
    expect(feed.id).toBe('tag:blog.example,2026:notes/feed');
    const [entry] = feed.entries!;
    // A post from before ids were kept keeps the one it had.
    expect(entry!.id).toBe('tag:blog.example,2026-03-20:notes/post-1');
    expect(entry!.links?.[0]?.href).toBe('https://blog.example/notes/below');
    const html = entry!.content?.value;
    expect(html).toContain('href="https://blog.example/notes/tags/x"');
    expect(html).toContain('href="https://blog.example/notes/below#notes"');
    expect(html).toMatch(/src="https:\/\/blog\.example\/notes\/media\/[^"]*picture\.png"/);
    expect(html).toContain(
      'srcset="https://blog.example/notes/media/a.png 1x, https://other.example/b.png 2x"',
    );
    expect((await below.ask('/sitemap.xml')).text).toContain('<loc>https://blog.example/notes/below</loc>');
  });
});

describe('Atom', () => {
  it('reads back as it was written', async () => {
    const { status, headers, text } = await server.ask('/feed.atom');
    expect([status, headers['content-type']]).toEqual([200, 'application/atom+xml; charset=utf-8']);
    expect(text).not.toMatch(FORBIDDEN);
    const feed = parseAtomFeed(text);
    expect(feed.id).toBe('tag:blog.example,2026:feed');
    expect(feed.links).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ rel: 'self', href: 'https://blog.example/feed.atom' }),
      ]),
    );
    const [entry] = feed.entries!;
    expect(entry!.title?.value).toBe(CLEAN);
    expect(entry!.id).toBe(ID);
    expect(entry!.links?.[0]?.href).toBe(POST_URL);
    expect(new Date(String(entry!.published)).toISOString()).toBe('2026-03-20T11:00:00.000Z');
    expect(entry!.content?.type).toBe('html');
    expect(entry!.xml?.lang).toBe('de');
    checkContent(entry!.content?.value);
  });
});

describe('JSON Feed', () => {
  it('reads back as it was written', async () => {
    const { status, headers, text } = await server.ask('/feed.json');
    expect([status, headers['content-type']]).toEqual([200, 'application/feed+json; charset=utf-8']);
    const feed = parseJsonFeed(text);
    expect((JSON.parse(text) as { version: string }).version).toBe('https://jsonfeed.org/version/1.1');
    expect(feed.feed_url).toBe('https://blog.example/feed.json');
    const [item] = feed.items!;
    expect(item).toMatchObject({
      id: ID,
      url: POST_URL,
      title: CLEAN,
      language: 'de',
      tags: ['a&b', 'shared'],
    });
    checkContent(item!.content_html);
  });
});

describe('a tag’s feed', () => {
  it.each(['rss', 'atom', 'json'])('has only its posts (%s)', async (format) => {
    const { status, text } = await server.ask(`/tags/a%26b/feed.${format}`);
    expect(status).toBe(200);
    expect(text).toContain(POST_URL);
    expect(text).not.toContain('/plain');
    expect((await server.ask(`/tags/none/feed.${format}`)).status).toBe(404);
  });

  it('is offered on the tag’s page beside the site’s', async () => {
    const { text } = await server.ask('/tags/shared');
    for (const address of [
      '/feed.rss',
      '/feed.atom',
      '/feed.json',
      '/tags/shared/feed.rss',
      '/tags/shared/feed.atom',
      '/tags/shared/feed.json',
    ]) {
      expect(text).toMatch(new RegExp(`rel="alternate"[^>]*href="${address}"`));
    }
  });
});

describe('a feed’s size', () => {
  it('ends at fifty posts, and an empty blog has an empty feed', async () => {
    const other = await new ReaderServer().start();
    for (const format of ['rss', 'atom', 'json'])
      expect((await other.ask(`/feed.${format}`)).status).toBe(200);
    for (let index = 0; index < 60; index++) other.publish({ title: `P${index}`, path: `p${index}` });
    expect(parseRssFeed((await other.ask('/feed.rss')).text).items).toHaveLength(50);
    expect(parseAtomFeed((await other.ask('/feed.atom')).text).entries).toHaveLength(50);
    expect(parseJsonFeed((await other.ask('/feed.json')).text).items).toHaveLength(50);
  });
});

describe('OPML', () => {
  it('lists the site’s feed', async () => {
    const { text } = await server.ask('/feeds.opml');
    expect(parseOpml(text).body?.outlines?.[0]).toMatchObject({
      type: 'rss',
      xmlUrl: 'https://blog.example/feed.rss',
    });
    expect(text).not.toMatch(FORBIDDEN);
  });
});
