import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';
import { countReaders } from '../accounts/counted-readers.ts';

const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = new AdminServer();
  countReaders(server);
  await server.start();
  owner = await server.owner();
  server.posts.create({
    title: 'A <pane> of `glass`',
    path: 'pane',
    markdown: 'Clear.',
    status: 'published',
  });
});

const ask = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  server.ask(path, { method, headers: { ...BROWSER, ...headers } });
const facts = async (query = ''): Promise<Record<string, unknown>> =>
  Object(JSON.parse((await owner.get(`/admin/readers${query}`, { Accept: 'application/json' })).text));

describe('the page of readers', () => {
  it('names the most read post only if no other was read as often', async () => {
    server.posts.create({ title: 'Frame', path: 'frame', markdown: 'Wood.', status: 'published' });
    await ask('/pane');
    expect((await owner.get('/admin/readers')).text).toContain('most read was');
    await ask('/frame');
    expect((await owner.get('/admin/readers')).text).not.toContain('most read was');
    await ask('/frame');
    expect((await owner.get('/admin/readers')).text).toContain('most read was “<bdi>Frame</bdi>”');
  });

  it('counts what people and programs were given, and nothing else', async () => {
    await ask('/pane', { Referer: 'https://news.example/today' });
    const { headers } = await ask('/pane', { Referer: `${server.origin}/` });
    expect((await ask('/pane', { 'If-None-Match': String(headers['etag']) })).status).toBe(304);
    await ask('/search?q=glass');
    await ask('/', { 'User-Agent': 'curl/8.0' });
    await ask('/feed.atom', { 'User-Agent': 'Feedly/1.0 (16 subscribers)' });
    await ask('/feed.atom', { 'User-Agent': 'FreshRSS/1.24' });
    // Not counted: pages that nobody got or asked for, a person who looks at a feed, the owner.
    await ask('/nowhere');
    await ask('/pane/');
    await ask('/pane', {}, 'HEAD');
    await ask('/pane', { 'Sec-Purpose': 'prefetch;prerender' });
    await ask('/pane', { Purpose: 'prefetch' });
    await ask('/feed.rss', { 'Sec-Fetch-Dest': 'document' });
    await ask('/tags/nowhere/feed.rss');
    await owner.get('/pane');
    expect(await facts()).toMatchObject({
      views: 4,
      people: 1,
      bots: 1,
      posts: [{ path: 'pane', views: 3, people: 1 }],
      referrers: [{ host: 'news.example', views: 1 }],
      subscribers: 17,
    });
    const { text } = await owner.get('/admin/readers');
    expect(text).toContain('1 person');
    expect(text).toContain('A &lt;pane&gt; of <code>glass</code>');
    expect(text).toContain('news.example');
  });

  it('shows a post over time, also after it has moved', async () => {
    await ask('/pane');
    server.nowMillis += 24 * 3_600_000;
    await ask('/pane');
    await ask('/');
    const of = await facts('?post=pane&days=30');
    expect(of).toMatchObject({ views: 2, people: 2, posts: [], first: '2026-02-20', last: '2026-03-21' });
    const post = server.posts.byPath('pane')!;
    server.posts.update(post.id, post.version, { ...post, path: 'window' });
    expect((await owner.get('/admin/readers?post=pane')).text).toContain('of <code>glass</code>');
    expect((await owner.get('/admin/readers?post=never%3Cb%3E')).text).toContain('/never&lt;b&gt;');
  });

  it('says that nobody was there, and opens for the owner alone', async () => {
    const { text, headers } = await owner.get('/admin/readers?days=1');
    expect(text).toContain('Nobody has read the blog today yet.');
    expect(text).not.toContain('<svg viewBox="0 0 10');
    expect(headers['cache-control']).toBe('no-store');
    expect((await ask('/admin/readers', { Accept: 'text/html' })).status).toBe(303);
  });
});

describe('the page of readers of a blog that cannot count them', () => {
  it('says so', async () => {
    server.readers = undefined;
    await server.restart();
    expect((await owner.get('/admin/readers')).text).toContain('Readers are not counted');
  });
});
