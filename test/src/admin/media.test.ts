import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeHTML } from 'entities';
import { StaleRenders } from '../../../src/posts/stale-renders.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';
import { countStatements } from '../accounts/counted-statements.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

const textOf = (page: string): string => decodeHTML(wordsOf(page));
const put = (name: string): string => server.media.put(name, Buffer.from(name)).media.file;
const page = async (query = ''): Promise<string> => (await owner.get(`/admin/media${query}`)).text;
const fileText = async (name: string): Promise<string> =>
  textOf((await owner.get(`/admin/media/file?name=${encodeURIComponent(name)}`)).text);

describe('the page of media', () => {
  it('asks for all that it says of a hundred files in as many statements as for one', async () => {
    const counted = new AdminServer();
    let statements = 0;
    counted.database = countStatements(counted.database, () => (statements += 1));
    await counted.start();
    const visitor = await counted.owner();
    const ofPage = async (): Promise<number> => {
      statements = 0;
      expect((await visitor.get('/admin/media')).status).toBe(200);
      return statements;
    };
    const add = (name: string): unknown => counted.media.put(name, Buffer.from(name));
    add('2026/alone.png');
    const ofOne = await ofPage();
    expect(ofOne).toBeGreaterThan(5);
    for (let index = 0; index < 60; index++) add(`2026/03/folder-${index}/${index}.png`);
    for (let index = 0; index < 30; index++) add(`used-${index}.png`);
    const markdown = Array.from({ length: 30 }, (_, index) => `![A](/media/used-${index}.png)`).join('\n');
    counted.posts.create({ title: 'Uses them', markdown, status: 'published' });
    expect(await ofPage()).toBe(ofOne);
  });

  it.each(['constructor', 'unknown'])('shows no notice for ?done=%s', async (word) => {
    const { status, text } = await owner.get(`/admin/media?done=${word}`);
    expect([status, text.includes('class="notice"')]).toEqual([200, false]);
  });

  it('says that there are none', async () => {
    expect(await page()).toContain('There are no files. Upload a picture here');
    expect(await page('?show=unused')).toContain('Every file is used.');
    expect(await page('?show=without-alt')).toContain('Every picture has an alternative text.');
  });

  it('lists each file with its picture, its posts and whether readers have it', async () => {
    put('a & b.png');
    put('c.pdf');
    server.posts.create({ title: 'Uses <it>', markdown: '![A](</media/a & b.png>)', status: 'unlisted' });
    const text = await page();
    expect(text).not.toContain('Uses <it>');
    expect(text).toContain('data-copy-text="[c.pdf](/media/c.pdf)"');
    expect(text.match(/<img/g)).toHaveLength(1);
    expect(text).toMatch(/c\.pdf[^]*?Hidden[^]*?no post[^]*?a%20%26%20b\.png[^]*?Public[^]*?Uses &lt;it&gt;/);
  });

  it('lists the newest first, and links to further files', async () => {
    for (let index = 100; index < 201; index++) {
      server.nowMillis += index % 2;
      put(`${index}.txt`);
    }
    const text = await page();
    expect(text.indexOf('200.txt')).toBeLessThan(text.indexOf('199.txt'));
    expect(text).not.toContain('100.txt');
    const next = /href="([^"]+)" rel="next"/.exec(text)![1]!.replaceAll('&amp;', '&');
    expect((await owner.get(next)).text).toContain('100.txt');
    expect((await owner.get(next)).text).not.toContain('101.txt');
    expect(await page('?from=nonsense')).toContain('200.txt');
  });

  it('lists pictures without an alternative text, and files without a post', async () => {
    for (const name of ['shown.png', 'bare.png', 'fresh.png', 'data.csv']) put(name);
    const { id, version } = server.posts.create({
      title: 'One',
      markdown: '![Words](/media/shown.png) ![](/media/bare.png) ![Again](/media/bare.png)',
      status: 'draft',
    });
    const listed = async (show: string): Promise<readonly string[]> =>
      [...(await page(`?show=${show}`)).matchAll(/file\?name=([^"]+)"/g)].map((match) => match[1]!);
    expect(await listed('without-alt')).toEqual(['fresh.png', 'bare.png']);
    expect(await listed('unused')).toEqual(['fresh.png', 'data.csv']);
    await owner.post('/admin/media/alt', { name: 'fresh.png', alt: 'New' });
    server.posts.remove(id, version);
    expect(await listed('without-alt')).toEqual(['shown.png', 'bare.png']);
    expect((await listed('unused')).length).toBe(4);
    server.site.save({ ...server.site.values, headPicture: '/media/fresh.png' });
    expect(await listed('unused')).toEqual(['shown.png', 'data.csv', 'bare.png']);
    expect((await owner.get('/admin/media/file?name=fresh.png')).text).toContain(
      'The settings, or a text in an editor',
    );
  });

  it('is for the owner only', async () => {
    put('mine.png');
    const stranger = server.visitor();
    for (const path of ['', '/file?name=mine.png', '/remove?name=mine.png'])
      expect((await stranger.get(`/admin/media${path}`, { Accept: 'application/json' })).status).toBe(401);
  });
});

describe('the page of a file', () => {
  it('keeps its alternative text, which is inserted with it', async () => {
    put('a.png');
    const saved = await owner.post('/admin/media/alt', { name: 'a.png', alt: ' A <b>\r\n[bold] "pane" ' });
    expect([saved.status, saved.headers['location']]).toEqual([
      303,
      '/admin/media/file?name=a.png&done=saved',
    ]);
    expect(server.media.find('a.png')!.alt).toBe('A <b> [bold] "pane"');
    const { text } = await owner.get('/admin/media/file?name=a.png&done=saved');
    expect(text).toContain('>\nA &lt;b&gt; [bold] &quot;pane&quot;</textarea>');
    expect(text).toContain('>\n![A &lt;b&gt; \\[bold\\] &quot;pane&quot;](/media/a.png)</textarea>');
    // What is inserted shows that text.
    const markdown = '![A <b> \\[bold\\] "pane"](/media/a.png)';
    server.posts.create({ title: 'P', markdown, status: 'draft' });
    expect(await fileText('a.png')).toContain('P : “ A <b> [bold] “pane” ”');
    await owner.post('/admin/media/alt', { name: 'a.png', alt: '' });
    expect(server.media.find('a.png')!.alt).toBeNull();
    expect((await owner.post('/admin/media/alt', { name: 'gone.png', alt: 'x' })).status).toBe(404);
  });

  it('offers the text that a post gave it, and says which posts show it without one', async () => {
    put('a.png');
    server.posts.create({ title: 'With', markdown: '![Glass](/media/a.png)', status: 'draft' });
    server.posts.create({ title: 'Without', markdown: '![](/media/a.png)', status: 'draft' });
    server.posts.create({ title: 'Link', markdown: '[Glass](/media/a.png)', status: 'draft' });
    const text = await fileText('a.png');
    expect(text).toContain('![Glass](/media/a.png)');
    expect(text).toMatch(/With : “ Glass ”.*Without : no alternative text.*Link/s);
  });

  it('describes the picture wherever a text gives it no alternative text of its own', async () => {
    put('a.png');
    const texts = {
      bare: '![](/media/a.png)',
      own: '![Glass](/media/a.png)',
      silent: '<img src="/media/a.png" alt="">',
      link: '[a](/media/a.png)',
    };
    for (const [path, markdown] of Object.entries(texts))
      server.posts.create({ title: path, path, markdown, status: 'published' });
    const html = async (path: string): Promise<string> =>
      / alt="[^"]*"/.exec((await server.ask(`/${path}`)).text)?.[0].trim() ?? 'none';
    const shown = async (): Promise<readonly string[]> =>
      Promise.all(Object.keys(texts).map((path) => html(path)));
    const versions = (): readonly number[] =>
      Object.keys(texts).map((path) => server.posts.byPath(path)!.version);
    expect(await shown()).toEqual(['alt=""', 'alt="Glass"', 'alt=""', 'none']);
    await owner.post('/admin/media/alt', { name: 'a.png', alt: 'A "pane"' });
    expect(server.staleRenders).toBe(1);
    const log = { info() {}, warn() {} };
    const renderStale = () => new StaleRenders(server.database, { posts: server.posts, log }).renderAll();
    await renderStale();
    expect(await shown()).toEqual(['alt="A “pane”"', 'alt="Glass"', 'alt=""', 'none']);
    // No other post is another one now, nor is any text: a form that was open meanwhile is saved without a conflict.
    expect(versions()).toEqual([2, 1, 1, 1]);
    const { id } = server.posts.byPath('bare')!;
    const form = { title: 'bare', path: 'bare', status: 'published', markdown: texts.bare, version: '1' };
    expect((await owner.post(`/admin/posts/${id}`, form)).status).toBe(303);
    expect((await owner.post(`/admin/posts/${id}`, { ...form, version: '2' })).status).toBe(409);
    expect(server.posts.byPath('bare')!.markdown).toBe(texts.bare);
    expect((await owner.get('/admin/media?show=without-alt')).text).toContain('file?name=a.png');
    await owner.post('/admin/media/alt', { name: 'a.png', alt: 'A "pane"' });
    expect([server.staleRenders, await renderStale()]).toEqual([1, 0]);
    await owner.post('/admin/media/alt', { name: 'a.png', alt: '' });
    await renderStale();
    expect(await shown()).toEqual(['alt=""', 'alt="Glass"', 'alt=""', 'none']);
    expect(await fileText('a.png')).toContain('Posts show it wherever their text gives the picture none');
  });

  it('links to what is no picture', async () => {
    put('notes (1).txt');
    expect(await fileText('notes (1).txt')).toContain('[notes (1).txt](/media/notes%20%281%29.txt)');
  });
});

describe('removing a file', () => {
  it('asks, then removes one that no post uses', async () => {
    const file = put('gone.png');
    const { id, version } = server.posts.create({
      title: 'Loser',
      markdown: '![A](/media/gone.png)',
      status: 'unlisted',
    });
    server.posts.remove(id, version);
    expect((await owner.get('/admin/media/remove?name=gone.png')).text).toMatch(/Deleted posts[^]*Loser/);
    const done = await owner.post('/admin/media/remove', { name: 'gone.png' });
    expect([done.status, done.headers['location']]).toEqual([303, '/admin/media?done=removed']);
    expect(existsSync(file)).toBe(false);
    expect((await owner.get('/media/gone.png')).status).toBe(404);
    expect((await owner.get('/admin/media/remove?name=gone.png')).status).toBe(404);
  });

  it('is refused while a post or a text in an editor uses it', async () => {
    const files = [put('used.png'), put('ty ped.png')];
    server.posts.create({ title: 'User', markdown: '![A](/media/used.png)', status: 'draft' });
    await owner.post('/admin/posts/unsaved', { draft: 'd'.repeat(20), markdown: '![](/media/ty%20ped.png)' });
    for (const [name, sentence] of [
      ['used.png', 'These posts use it: User'],
      ['ty ped.png', 'The settings name it, or a text in an editor that is not saved.'],
    ] as const) {
      expect(await fileText(name)).toContain('in use and cannot be removed');
      const refused = await owner.post('/admin/media/remove', { name });
      expect([refused.status, textOf(refused.text)]).toEqual([409, expect.stringContaining(sentence)]);
    }
    expect(files.every((file) => existsSync(file))).toBe(true);
  });
});
