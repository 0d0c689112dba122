import { beforeEach, describe, expect, it } from '@jest/globals';
import { plainPicture } from '../../fixtures/pictures.ts';
import {
  AdminServer,
  METRICS_TOKEN,
  PASSWORD,
  START_MILLIS,
  type Visitor,
} from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

describe('the list of posts', () => {
  it('says that there are no posts yet, and links to the observatory', async () => {
    const page = await owner.get('/admin');
    expect(page.text).toContain('There are no posts yet.');
    expect(page.text).toContain('href="/admin/metrics-dashboard"');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['content-security-policy']).toMatch(
      /default-src 'none'.*require-trusted-types-for 'script'/,
    );
  });

  it('offers texts that were typed and not saved, but not those that their posts have', async () => {
    const { id } = server.posts.create({ title: 'Beta', markdown: 'Saved', status: 'draft' });
    const form = (await owner.get(`/admin/posts/${id}/edit`)).text;
    const draft = /name="draft" value="([^"]+)"/.exec(form)![1]!;
    const keep = (fields: Record<string, string>) =>
      owner.post('/admin/posts/unsaved', { status: 'draft', ...fields });
    await keep({ draft, post: String(id), title: 'Beta', markdown: 'Saved, then more' });
    await keep({ draft: 'a-new-post-lost', title: ' ', markdown: 'Three lost words' });
    await keep({ draft: 'nothing-typed-yet', title: '', markdown: '' });
    const list = (await owner.get('/admin')).text;
    expect(list.match(/Not saved: <bdi>“[^”]*”<\/bdi>, \d words/g)?.toSorted()).toEqual([
      'Not saved: <bdi>“Beta”</bdi>, 3 words',
      'Not saved: <bdi>“Untitled”</bdi>, 3 words',
    ]);
    expect(list).toContain(`href="/admin/posts/${id}/edit?draft=${draft}"`);
    expect(list).toContain('href="/admin/posts/new?draft=a-new-post-lost"');
    expect((await owner.get('/admin/posts?status=draft')).text).not.toContain('Not saved');
  });

  it('lists, marks, counts, filters and searches posts', async () => {
    const { posts } = server;
    posts.create({ title: 'Alpha', markdown: 'x', status: 'published', path: 'alpha' });
    posts.create({ title: 'Beta 100%', markdown: 'x', status: 'draft' });
    posts.create({
      title: 'Gamma',
      markdown: 'x',
      status: 'published',
      publishedAtMillis: START_MILLIS + 1000,
    });
    const { id } = posts.create({ title: 'Delta', markdown: 'x', status: 'unlisted' });
    posts.remove(id, 1);
    const all = (await owner.get('/admin')).text;
    for (const word of ['Alpha', 'Beta 100%', 'Gamma', 'chip scheduled', 'chip draft'])
      expect(all).toContain(word);
    expect(all).toMatch(/All <span class="count">3<\/span>/);
    expect(all).toMatch(/Deleted <span class="count">1<\/span>/);
    expect(all).not.toContain('Delta');
    const deleted = (await owner.get('/admin/posts?status=deleted')).text;
    expect(deleted).toMatch(/Delta.*chip deleted/s);
    const drafts = (await owner.get('/admin/posts?status=draft')).text;
    expect(drafts).toContain('Beta');
    expect(drafts).not.toContain('Alpha');
    const found = (await owner.get('/admin/posts?text=100%25')).text;
    expect(found).toContain('Beta');
    expect(found).not.toContain('Gamma');
    const nothing = (await owner.get('/admin/posts?text=%3Cscript%3E&status=nonsense&before=%00')).text;
    expect(nothing).toContain('No post has “&lt;script&gt;” in its title');
    const gone = (await owner.get('/admin/posts?text=delta')).text;
    expect(gone).toContain('href="/admin/posts?status=deleted&amp;text=delta"');
  });

  it('says where the posts are if all are deleted', async () => {
    server.posts.remove(server.posts.create({ title: 'Only', markdown: 'x', status: 'draft' }).id, 1);
    const { text } = await owner.get('/admin');
    expect(text).not.toContain('no posts yet');
    expect(text).toContain('href="/admin/posts?status=deleted">Look among the deleted ones.');
  });

  it('names who sees a post and a file by another word than the page of readers', async () => {
    const { id } = server.posts.create({ title: 'Alpha', markdown: 'x', status: 'draft' });
    await server.media.put('a.png', await plainPicture('png'));
    for (const path of ['/admin', `/admin/posts/${id}/edit`, '/admin/media']) {
      const { text } = await owner.get(path);
      expect([path, text.match(/<(?:th|label)[^>]*>\s*(?:Readers|Visibility)/g)?.length]).toEqual([path, 1]);
      expect(text).toMatch(/<(?:th|label)[^>]*>\s*Visibility/);
    }
  });

  it('shows code in a title as code, and names its actions in text', async () => {
    server.posts.create({ title: 'The `nvptx64` target', markdown: 'x', status: 'published' });
    const { text } = await owner.get('/admin/posts');
    expect(text).toContain('><bdi>The <code>nvptx64</code> target</bdi></a>');
    expect(text).toContain('aria-label="View The nvptx64 target"');
    expect(text).not.toContain('`');
  });

  it('links to older posts', async () => {
    for (let i = 0; i < 60; i++) server.posts.create({ title: `Post ${i}`, markdown: 'x', status: 'draft' });
    const first = (await owner.get('/admin/posts?status=draft')).text;
    const older = /href="([^"]+)" rel="next"/.exec(first)![1]!.replaceAll('&amp;', '&');
    const second = (await owner.get(older)).text;
    const titles = (text: string): string[] => text.match(/>Post \d+</g) ?? [];
    expect(new Set([...titles(first), ...titles(second)]).size).toBe(60);
    expect(second).toContain('First page');
  });
});

describe('settings', () => {
  const site = {
    title: 'Glass & Co',
    description: 'D',
    author: 'Ada',
    authorPicture: '/media/ada.jpg',
    language: 'pt-br',
    timeZone: 'Europe/Berlin',
    menu: 'Home /\nNow /now\nCode https://example.org/~me',
    footer: '© Ada',
    accent: '#7A1F4D',
    headPicture: '/media/head.png',
    cardPicture: '',
    typographer: 'on',
    math: 'off',
  };
  beforeEach(async () => void server.media.put('head.png', await plainPicture('png')));

  it('rename the blog, over a restart too', async () => {
    await owner.get('/admin/settings');
    expect((await owner.post('/admin/settings', site)).status).toBe(303);
    expect((await server.ask('/')).text).toContain('Glass &amp; Co');
    await server.restart();
    expect(server.site.values).toEqual({ ...site, language: 'pt-BR', accent: '#7a1f4d' });
  });

  it('render the posts again when formulas are switched, and only then', async () => {
    expect((await owner.get('/admin/settings')).text).not.toMatch(/name="math"[^>]* checked/);
    expect((await owner.get('/admin/settings')).text).toContain('<code>$$\\sqrt{x}$$</code>');
    await owner.post('/admin/settings', { ...site, language: 'en', math: 'on' });
    expect([server.staleRenders, server.site.math]).toEqual([1, 'on']);
    await owner.post('/admin/settings', { ...site, language: 'en', math: 'on' });
    expect(server.staleRenders).toBe(1);
    expect((await owner.get('/admin/settings')).text).toMatch(/name="math"[^>]* checked/);
  });

  it('say which entries of the menu lead nowhere', async () => {
    await owner.post('/admin/settings', site);
    const saved = async (): Promise<string> => (await owner.get('/admin/settings?done=saved')).text;
    expect(await saved()).toContain('Saved. 1 entry of the menu leads nowhere:');
    server.posts.create({ title: 'Now', path: 'now', markdown: 'x', status: 'unlisted' });
    expect(await saved()).not.toContain('leads nowhere');
  });

  it('render the posts again when the typographer is switched or the language is another, and only then', async () => {
    expect((await owner.get('/admin/settings')).text).toMatch(/name="typographer"[^>]* checked/);
    await owner.post('/admin/settings', { ...site, language: 'en' });
    expect(server.staleRenders).toBe(0);
    await owner.post('/admin/settings', site);
    await owner.post('/admin/settings', site);
    expect(server.staleRenders).toBe(1);
    const { typographer: _, ...off } = site;
    await owner.post('/admin/settings', off);
    expect([server.staleRenders, server.site.typographer]).toEqual([2, 'off']);
    expect((await owner.get('/admin/settings')).text).not.toMatch(/name="typographer"[^>]* checked/);
  });

  it('show the problems and keep what was typed', async () => {
    await owner.get('/admin/settings');
    const answer = await owner.post('/admin/settings', {
      ...site,
      title: ' ',
      language: '!!',
      authorPicture: 'javascript:x()',
      timeZone: 'Mars/Base',
      accent: 'rebeccapurple',
      cardPicture: '/media/none.png',
    });
    expect(answer.status).toBe(422);
    for (const text of [
      'needs a title',
      'not a language tag',
      'not a time zone',
      'value="Mars/Base"',
      '&quot;javascript:x()&quot; is not an address like /media/',
      '&quot;rebeccapurple&quot; is not a colour like #1f7a4d.',
      '&quot;/media/none.png&quot; is not the address of a picture among your media',
    ])
      expect(answer.text).toContain(text);
    expect(server.site.title).toBe('Glasshouse');
  });

  it('change the password and end every other session', async () => {
    const other = server.visitor();
    await other.get('/admin/sign-in');
    await other.post('/admin/sign-in', { password: PASSWORD });
    await owner.get('/admin/settings');
    const before = owner.cookieHeader;
    const next = 'copper river under snow';
    const wrong = await owner.post('/admin/settings/password', {
      currentPassword: 'no',
      password: next,
      repeated: next,
    });
    expect([wrong.status, wrong.text.includes('Wrong current password')]).toEqual([422, true]);
    const done = await owner.post('/admin/settings/password', {
      currentPassword: PASSWORD,
      password: next,
      repeated: next,
    });
    expect(done.status).toBe(303);
    expect(owner.cookieHeader).not.toBe(before);
    expect((await owner.get('/admin')).status).toBe(200);
    expect((await other.get('/admin')).status).toBe(303);
    await other.get('/admin/sign-in');
    expect((await other.post('/admin/sign-in', { password: PASSWORD })).status).toBe(403);
    expect((await other.post('/admin/sign-in', { password: next })).status).toBe(303);
  });

  it('list sessions, end one, and end all', async () => {
    const phone = server.visitor('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) <script> Safari/605');
    await phone.get('/admin/sign-in');
    await phone.post('/admin/sign-in', { password: PASSWORD });
    const page = (await owner.get('/admin/settings')).text;
    expect(page).toContain('Safari on iPhone');
    const id = /name="session" value="([0-9a-f]{64})"/.exec(page)![1]!;
    await owner.post('/admin/settings/sessions/end', { session: id });
    expect((await phone.get('/admin')).status).toBe(303);
    await owner.get('/admin');
    await owner.post('/admin/sign-out-everywhere', {});
    expect(server.accounts.sessions.list()).toEqual([]);
  });
});

describe('log', () => {
  it('never holds a password, a token, a cookie or a text', async () => {
    await owner.get('/admin/posts/new');
    await owner.post('/admin/posts', { title: 'Secret title', markdown: 'canary-text-77', status: 'draft' });
    await owner.post('/admin/posts', { title: 'x', markdown: `canary-text-77${'x'.repeat(6_000_000)}` });
    await owner.post('/admin/posts', { _csrf: 'bad', markdown: 'canary-text-77' });
    const stranger = server.visitor();
    await stranger.get('/admin/sign-in');
    await stranger.post('/admin/sign-in', { password: 'canary-wrong-password' });
    await server.ask('/admin/metrics', { headers: { Authorization: `Bearer ${METRICS_TOKEN}` } });
    await server.ask('/admin/metrics', { headers: { Authorization: 'Bearer canary-wrong-token' } });
    server.posts.create = () => {
      throw new Error('the disk is full');
    };
    const broken = await owner.post('/admin/posts', {
      title: 'x',
      markdown: 'canary-text-77',
      status: 'draft',
    });
    expect(broken.status).toBe(500);
    for (const line of ['sign-in failed', 'the disk is full', 'owner created'])
      expect(server.logged).toContain(line);
    const secrets = [
      PASSWORD,
      METRICS_TOKEN,
      'canary',
      ...owner.cookies.values(),
      ...stranger.cookies.values(),
      owner.csrfToken,
    ];
    for (const secret of secrets) expect(server.logged).not.toContain(secret);
  });
});
