import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeHTML } from 'entities';
import { AdminServer, START_MILLIS, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

/** The fields of the editor on a page, as a browser would send them. */
function formOf(page: string): Record<string, string> {
  const form = /<form[^>]*class="editor-form"[\s\S]*?<\/form>/.exec(page)![0];
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g))
    fields[/name="([^"]*)"/.exec(tag)![1]!] = decodeHTML(/value="([^"]*)"/.exec(tag)![1]!);
  for (const [, tag, text] of form.matchAll(/<textarea ([^>]*)>\n([\s\S]*?)<\/textarea>/g))
    fields[/name="([^"]*)"/.exec(tag!)![1]!] = decodeHTML(text!);
  fields['status'] = /<option value="(\w+)"\s+selected/.exec(form)![1]!;
  return fields;
}

async function create(fields: Record<string, string>): Promise<number> {
  await owner.get('/admin/posts/new');
  const answer = await owner.post('/admin/posts', { status: 'published', ...fields });
  expect(answer.status).toBe(303);
  return Number(/\/admin\/posts\/(\d+)\/edit/.exec(answer.headers.location!)![1]);
}

describe('editor', () => {
  it('writes, shows, edits and publishes a post, and keeps every field as it was typed', async () => {
    const id = await create({
      title: 'Über <Glas> & "Licht"',
      markdown: '\n\nFirst *line*\r\nsecond </textarea><script>alert(1)</script> &amp;',
      path: 'glas/licht',
      description: 'About <glass>.',
      status: 'draft',
      publishedAt: '2026-03-19T08:30',
      tags: 'Glas, Licht , glas',
      authors: 'Ada, Bo',
      aliases: 'old/glas\nolder',
      language: 'de-at',
    });
    const page = await owner.get(`/admin/posts/${id}/edit?done=saved`);
    expect(page.text).toContain('role="status">Saved.');
    expect(page.text).not.toMatch(/<script(?! src="\/assets\/admin\/editor\.\w+\.js")/);
    const fields = formOf(page.text);
    expect(fields).toMatchObject({
      title: 'Über <Glas> & "Licht"',
      markdown: '\n\nFirst *line*\nsecond </textarea><script>alert(1)</script> &amp;',
      path: 'glas/licht',
      description: 'About <glass>.',
      status: 'draft',
      publishedAt: '2026-03-19T08:30',
      tags: 'Glas, Licht',
      authors: 'Ada, Bo',
      aliases: 'old/glas\nolder',
      language: 'de-AT',
      version: '1',
    });
    expect((await server.ask('/glas/licht')).status).toBe(404);
    const published = await owner.post(`/admin/posts/${id}`, { ...fields, publish: '1' });
    expect(published.status).toBe(303);
    expect((await server.ask('/glas/licht')).text).toContain('<em>line</em>');
    expect((await server.ask('/older')).headers.location).toMatch(/\/glas\/licht$/);
  });

  it('leaves the language of a post empty, which then is the blog’s, and takes one away again', async () => {
    const id = await create({ title: 'A', markdown: 'x', path: 'a', status: 'published', language: '' });
    server.site.save({ ...server.site.values, language: 'de' });
    const page = await owner.get(`/admin/posts/${id}/edit`);
    expect(formOf(page.text)).toMatchObject({ language: '' });
    expect(page.text).toMatch(/<textarea[^>]*\slang="de"/);
    expect((await server.ask('/a')).text).toContain('<html lang="de"');
    const own = { ...formOf(page.text), language: 'fr' };
    await owner.post(`/admin/posts/${id}`, own);
    expect((await server.ask('/a')).text).toContain('<html lang="fr"');
    await owner.post(`/admin/posts/${id}`, { ...own, version: '2', language: ' ' });
    expect((await server.ask('/a')).text).toContain('<html lang="de"');
  });

  it('saves posts of one title at once, each at an address of its own', async () => {
    await owner.get('/admin/posts/new');
    const fields = { title: 'Same', markdown: 'x', status: 'published' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => owner.post('/admin/posts', fields)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    const paths = answers.map(({ headers }) => {
      const id = Number(/posts\/(\d+)\/edit/.exec(headers.location!)![1]);
      return server.posts.byId(id)!.path.split('/').at(-1);
    });
    expect(paths.toSorted()).toEqual(['same', 'same-2', 'same-3', 'same-4']);
    const chosen = await owner.post('/admin/posts', { ...fields, path: '2026/03/same' });
    expect(chosen.status).toBe(422);
  });

  it('makes the address of a draft anew with its title, unless another was typed', async () => {
    const id = await create({ title: 'First', markdown: 'x', status: 'draft' });
    const save = async (fields: Record<string, string>): Promise<string> => {
      const form = formOf((await owner.get(`/admin/posts/${id}/edit`)).text);
      await owner.post(`/admin/posts/${id}`, { ...form, ...fields });
      return server.posts.byId(id)!.path;
    };
    expect(await save({ title: 'Second' })).toMatch(/\/second$/);
    expect(await save({ path: 'chosen' })).toBe('chosen');
    expect(await save({ title: 'Third', status: 'published' })).toBe('chosen');
  });

  it('saves an untouched form without changing anything but the version', async () => {
    const id = server.posts.create({
      title: 'Exact',
      markdown: 'Text',
      status: 'published',
      publishedAtMillis: START_MILLIS - 12_345,
    }).id;
    const before = server.posts.byId(id)!;
    const page = await owner.get(`/admin/posts/${id}/edit`);
    await owner.post(`/admin/posts/${id}`, formOf(page.text));
    const after = server.posts.byId(id)!;
    expect(after).toEqual({ ...before, version: 2, updatedAtMillis: after.updatedAtMillis });
  });

  it('shows the problems and keeps what was typed', async () => {
    await owner.get('/admin/posts/new');
    const typed = {
      title: ' ',
      markdown: 'Kept text',
      status: 'published',
      publishedAt: 'soon',
      tags: 'kept',
    };
    const answer = await owner.post('/admin/posts', typed);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('2 fields need a correction');
    expect(answer.text).toContain('href="#title">A post needs a title.');
    expect(answer.text).toContain('id="publishedAt-problem"');
    expect(formOf(answer.text)).toMatchObject({
      markdown: 'Kept text',
      publishedAt: 'soon',
      tags: 'kept',
      status: 'published',
    });

    for (const [field, value, message] of [
      ['path', 'admin/evil', 'is reserved by the blog'],
      ['aliases', 'a b', 'use hyphens'],
      ['language', 'klingonish!', 'not a language tag'],
    ] as const) {
      const refused = await owner.post('/admin/posts', { title: 'T', status: 'draft', [field]: value });
      expect([field, refused.status]).toEqual([field, 422]);
      expect(refused.text).toContain(message);
      expect(formOf(refused.text)[field]).toBe(value);
    }
    expect(server.posts.allForAdmin().posts).toEqual([]);
  });

  it('comes back from a refused Publish as the draft that it is, so that Save publishes nothing', async () => {
    await owner.get('/admin/posts/new');
    const typed = { title: 'Mine', markdown: 'x', status: 'draft', path: 'admin/evil', draft: 'one-editor' };
    const id = await create({ title: 'Saved', markdown: 'x', status: 'draft' });
    await owner.get('/admin/posts/new');
    for (const address of ['/admin/posts', `/admin/posts/${id}`]) {
      const refused = await owner.post(address, { ...typed, version: '1', publish: '1' });
      expect(refused.status).toBe(422);
      expect(refused.text.replaceAll(/\s+/g, ' ')).toContain(
        'You chose Publish, and nothing was saved. The post is a draft',
      );
      expect(refused.text).toContain('name="publish"');
      expect(formOf(refused.text)).toMatchObject({ status: 'draft', path: 'admin/evil' });
      // Nor does the text that is kept.
      const kept = server.database.prepare('SELECT fields FROM unsaved_texts').pluck().all();
      expect(kept.map((fields) => JSON.parse(String(fields)).status)).toEqual(['draft']);
      const saved = await owner.post(address, { ...formOf(refused.text), path: '' });
      expect(saved.status).toBe(303);
    }
    expect(server.posts.allForAdmin().posts.map(({ state }) => state)).toEqual(['draft', 'draft']);
    const plain = await owner.post('/admin/posts', { ...typed, draft: 'two-editor' });
    expect(plain.text).not.toContain('You chose Publish');
  });

  it('schedules in the time zone of the blog', async () => {
    await owner.get('/admin/settings');
    await owner.post('/admin/settings', {
      title: 'B',
      description: '',
      author: '',
      language: 'en',
      timeZone: 'Europe/Berlin',
    });
    const id = await create({ title: 'Later', path: 'later', publishedAt: '2026-03-30T09:00' });
    expect(server.posts.byId(id)!.publishedAtMillis).toBe(Date.UTC(2026, 2, 30, 7));
    expect((await server.ask('/later')).status).toBe(404);
    expect((await owner.get('/admin/posts?status=scheduled')).text).toContain('Later');
    server.nowMillis = Date.UTC(2026, 2, 30, 7);
    expect((await server.ask('/later')).status).toBe(200);
  });

  it.each([
    ['former addresses, as every import has them', { aliases: '?p=6\nold' }, false],
    ['a description, which is a text', { description: 'In short' }, true],
  ])('opens the fold of address and description for %s: %j', async (_, fields, isOpen) => {
    const id = await create({ title: 'Glass', markdown: 'x', ...fields });
    expect((await owner.get(`/admin/posts/${id}/edit`)).text.includes('<details open>')).toBe(isOpen);
  });

  it('names links of a preview that lead nowhere for readers, and no others', async () => {
    server.posts.create({
      title: 'Seen',
      markdown: 'x',
      status: 'published',
      path: 'seen',
      aliases: ['former'],
    });
    server.posts.create({ title: 'Draft', markdown: 'x', status: 'draft', path: 'a-draft' });
    await owner.post('/admin/redirects', { from: '/moved', to: '/seen' });
    const fine =
      '[a](/seen) [b](/former#x) [c](/moved) [d](/tags/x) [e](https://example.org/) [f](#top) [g](/mine)';
    const preview = async (markdown: string): Promise<string> =>
      (await owner.post('/admin/posts/preview', { title: 'Mine', path: 'mine', markdown })).text;
    expect(await preview(fine)).not.toContain('Links that lead nowhere');
    expect(await preview(`${fine} [h](/nowhere?a) [i](/a-draft) [j](/media/no.png)`)).toContain(
      'Links that lead nowhere for readers: <bdi>/nowhere?a, /a-draft, /media/no.png</bdi>',
    );
  });

  it('says of links to scheduled posts when they open, unless the text itself is published later', async () => {
    server.site.save({ ...server.site.values, timeZone: 'Europe/Berlin' });
    const publishedAtMillis = Date.UTC(2026, 2, 30, 7);
    server.posts.create({
      title: 'Later',
      path: 'later',
      aliases: ['older'],
      markdown: 'x',
      status: 'published',
      publishedAtMillis,
    });
    const words = (html: string): string => html.replaceAll(/<\/?bdi>/g, '').replaceAll(/\s+/g, ' ');
    const LATER = 'is scheduled for 2026-03-30 09:00 (Europe/Berlin): until then readers get 404.';
    const markdown = '[a](/later?x#y) [b](/older) [c](/nowhere)';
    const preview = async (publishedAt = ''): Promise<string> =>
      words((await owner.post('/admin/posts/preview', { title: 'Mine', markdown, publishedAt })).text);
    const previewed = await preview();
    expect(previewed).toContain(`nowhere for readers: /nowhere. /later?x#y ${LATER} /older ${LATER}`);
    expect(await preview('2026-03-30T09:00')).not.toContain('until then');
    const id = await create({ title: 'Mine', markdown, status: 'published' });
    const { text } = await owner.get(`/admin/posts/${id}/edit?done=saved`);
    expect(words(text)).toContain(`1 link leads nowhere: /nowhere. /later?x#y ${LATER} /older ${LATER}`);
    await owner.post('/admin/redirects', { from: '/from', to: '/later' });
    expect(words((await owner.get('/admin/redirects')).text)).toContain(LATER.slice(0, -1));
    const menu = { ...server.site.values, menu: 'Later /later' };
    await owner.post('/admin/settings', menu);
    const { text: settings } = await owner.get('/admin/settings?done=saved');
    expect(words(settings)).toContain(`Saved. /later ${LATER}`);
    server.nowMillis = publishedAtMillis;
    expect((await owner.get(`/admin/posts/${id}/edit?done=saved`)).text).not.toContain('until then');
  });

  it('says after a save which links and pictures lead nowhere for readers', async () => {
    server.posts.create({ title: 'Seen', markdown: 'x', status: 'published', path: 'seen' });
    server.posts.create({ title: 'Draft', markdown: 'x', status: 'draft', path: 'a-draft' });
    const saved = async (markdown: string): Promise<string> => {
      await owner.get('/admin/posts/new');
      const fields = { title: 'Mine', path: 'mine', markdown, publish: '1' };
      const { headers } = await owner.post('/admin/posts', fields);
      const { text } = await owner.get(headers.location!);
      const post = server.posts.byPath('mine')!;
      server.posts.update(post.id, post.version, { title: 'Mine', markdown: 'x', status: 'draft', path: '' });
      expect((await owner.get(headers.location!)).text).not.toContain('leads nowhere');
      server.database.exec(`DELETE FROM posts WHERE id = ${post.id}`);
      return /role="status">([^]*?)<\/p>/
        .exec(text)![1]!
        .replaceAll(/<\/?bdi>/g, '')
        .replaceAll(/\s+/g, ' ');
    };
    const fine = '[a](/seen) [b](/tags/x) [c](https://example.org/) [d](#top) [e](/mine)';
    expect(await saved(fine)).toBe('Published: readers see it now.');
    expect(await saved(`${fine} [f](/nowhere?a&b) ![P](/media/no.png)`)).toBe(
      'Published: readers see it now. 1 link leads nowhere: /nowhere?a&amp;b. 1 picture is missing: /media/no.png.',
    );
    const seven = Array.from({ length: 6 }, (_, number) => `[g](/n${number})`).join(' ');
    expect(await saved(`[h](/a-draft) [h](/a-draft) ${seven}`)).toContain(
      '7 links lead nowhere: /a-draft, /n0, /n1, /n2, /n3 and 2 more.',
    );
  });

  it('looks up a bounded number of links', async () => {
    const links = Array.from({ length: 2000 }, (_, number) => `[g](/n${number})`).join(' ');
    const id = await create({ title: 'Links', markdown: links });
    const find = server.posts.found.at.bind(server.posts.found);
    let count = 0;
    server.posts.found.at = (paths) => {
      count += paths.length;
      return find(paths);
    };
    expect((await owner.get(`/admin/posts/${id}/edit?done=saved`)).text).toContain('and 495 more');
    expect(count).toBe(500);
    await owner.get(`/admin/posts/${id}/edit`);
    expect(count).toBe(500);
  });

  it('previews with the menu that readers have', async () => {
    const menu = async (): Promise<string> =>
      (await owner.post('/admin/posts/preview', { title: 'Mine', markdown: 'x' })).text;
    expect(await menu()).not.toContain('href="/about"');
    server.posts.create({ title: 'About', path: 'about', markdown: 'x', status: 'unlisted' });
    expect(await menu()).toContain('href="/about"');
  });

  it('previews without saving, as readers would see it', async () => {
    await owner.get('/admin/posts/new');
    const answer = await owner.post('/admin/posts/preview', {
      title: 'Look <b>',
      markdown: '# Big\n\n**bold**',
      status: 'draft',
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<strong>bold</strong>');
    expect(answer.text).toContain('Look &lt;b&gt;');
    expect(answer.headers['content-security-policy']).not.toContain('script-src');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(
      (await owner.post('/admin/posts/preview', { path: '..', language: '!', publishedAt: 'x' })).status,
    ).toBe(200);
    expect(server.posts.allForAdmin().posts).toEqual([]);
  });

  it.each([
    ['a new post', ''],
    ['a post that is there', 'before'],
  ])('previews the fields and the reading time that a save of %s keeps', async (_what, before) => {
    const id =
      before === '' ? undefined : await create({ title: 'B', markdown: 'b', path: before, language: 'de' });
    const fields = {
      title: '  Two\n lines ',
      markdown: 'word '.repeat(330),
      status: 'published',
      tags: 'Glass, glass,  Light ',
      authors: ' Ada, Ada ,Bo',
      language: '',
      description: 'long words '.repeat(60),
    };
    const articleOf = (text: string): string => /<article[\s\S]*<\/article>/.exec(text)![0];
    const preview = await owner.post(`/admin/posts${id === undefined ? '' : `/${id}`}/preview`, fields);
    const version = id === undefined ? '' : String(server.posts.byId(id)!.version);
    const saved = await owner.post(`/admin/posts${id === undefined ? '' : `/${id}`}`, { ...fields, version });
    const post = server.posts.byId(Number(/posts\/(\d+)/.exec(saved.headers.location!)![1]))!;
    expect(articleOf(preview.text)).toBe(articleOf((await server.ask(`/${post.path}`)).text));
  });

  it('deletes after asking, leaves a tombstone, and restores', async () => {
    const id = await create({ title: 'Gone', markdown: 'x', path: 'gone' });
    const question = await owner.get(`/admin/posts/${id}/delete`);
    expect(question.text).toContain('Delete “<bdi>Gone</bdi>”?');
    const version = String(server.posts.byId(id)!.version);
    expect((await owner.post(`/admin/posts/${id}/delete`, { version: '99' })).status).toBe(409);
    expect((await server.ask('/gone')).status).toBe(200);
    expect((await owner.post(`/admin/posts/${id}/delete`, { version })).headers.location).toBe(
      '/admin/posts?done=deleted',
    );
    expect((await server.ask('/gone')).status).toBe(410);
    expect((await owner.get('/admin/posts?status=deleted')).text).toContain('aria-label="Restore Gone"');
    expect((await owner.get(`/admin/posts/${id}/edit`)).text).toContain('This post is deleted');
    expect((await owner.post(`/admin/posts/${id}/restore`, {})).status).toBe(303);
    expect((await server.ask('/gone')).status).toBe(200);
  });

  it('says of a deleted post what its address answers, and saves its text without showing it', async () => {
    const shown = await create({ title: 'Shown', markdown: 'x', path: 'shown' });
    const hidden = await create({ title: 'Hidden', markdown: 'x', path: 'hidden', status: 'draft' });
    const pages = await Promise.all(
      [shown, hidden].map(async (id) => {
        const question = (await owner.get(`/admin/posts/${id}/delete`)).text;
        server.posts.remove(id, 1);
        return [
          question.includes('will see that the post was removed'),
          await owner.get(`/admin/posts/${id}/edit`),
        ] as const;
      }),
    );
    expect(pages.map(([warns, { text }]) => [warns, text.includes('410 Gone')])).toEqual([
      [true, true],
      [false, false],
    ]);
    const saved = await owner.post(`/admin/posts/${shown}`, { ...formOf(pages[0]![1].text), markdown: 'y' });
    expect(saved.headers.location).toBe(`/admin/posts/${shown}/edit?done=saved`);
    expect([server.posts.byId(shown)!.markdown, (await server.ask('/shown')).status]).toEqual(['y', 410]);
    expect((await server.ask('/hidden')).status).toBe(404);
  });

  it('says after a save, and in the preview, how many pictures have no alternative text', async () => {
    const markdown = '![](/a.png) ![A pot](/b.png)\n\n![](/c.png)';
    const id = await create({ title: 'Pots', markdown });
    const edit = (done: string) => owner.get(`/admin/posts/${id}/edit${done}`);
    const words = '2 pictures have no alternative text.';
    expect([(await edit('?done=saved')).text.includes(words), (await edit('')).text.includes(words)]).toEqual(
      [true, false],
    );
    const preview = await owner.post(`/admin/posts/${id}/preview`, {
      title: 'Pots',
      markdown: '![](/a.png)',
    });
    expect(preview.text).toContain('1 picture has no alternative text.');
  });

  it('says after a save what it changed for readers', async () => {
    await owner.get('/admin/posts/new');
    const made = await owner.post('/admin/posts', { title: 'Steps', markdown: 'x', status: 'draft' });
    const id = Number(/posts\/(\d+)/.exec(made.headers.location!)![1]);
    const notices: string[] = [];
    for (const change of [
      { publish: '1' },
      { markdown: 'y' },
      { publishedAt: '2036-01-01T00:00' },
      { status: 'unlisted', publishedAt: '' },
      { status: 'draft' },
    ]) {
      const fields = formOf((await owner.get(`/admin/posts/${id}/edit`)).text);
      const { headers } = await owner.post(`/admin/posts/${id}`, { ...fields, ...change });
      notices.push(
        /role="status">(\w+)/.exec((await owner.get(headers.location!)).text)![1]!,
        headers.location!,
      );
    }
    expect(notices.filter((_, index) => index % 2 === 1).map((address) => address.split('=')[1])).toEqual([
      'published',
      'saved',
      'scheduled',
      'unlisted',
      'draft',
    ]);
    expect(notices.filter((_, index) => index % 2 === 0)).toEqual([
      'Published',
      'Saved',
      'Scheduled',
      'Saved',
      'Saved',
    ]);
  });

  it('answers 413 with the limit to a form that is too large, and stays alive', async () => {
    await owner.get('/admin/posts/new');
    const answer = await owner.post('/admin/posts', {
      title: 'Big',
      markdown: 'x'.repeat(10.5 * 1024 * 1024),
    });
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('larger than 10 MB');
    const large = await owner.post('/admin/posts', {
      title: 'Big',
      markdown: 'x'.repeat(1_000_001),
      status: 'draft',
    });
    expect(large.status).toBe(422);
    expect(large.text).toContain('the limit is 1,000,000');
    expect((await owner.get('/admin')).status).toBe(200);
  });

  it.each([
    '/admin/posts/0/edit',
    '/admin/posts/9999999999999999999/edit',
    '/admin/posts/1e3/delete',
    '/admin/posts/%00/edit',
  ])('answers 404 to %s', async (path) => {
    expect((await owner.get(path)).status).toBe(404);
  });

  it('survives fields that no form of ours sends', async () => {
    await owner.get('/admin');
    const body = `_csrf=${encodeURIComponent(owner.csrfToken)}&title[a]=1&title[b]=2&__proto__[x]=1&markdown=a&markdown=b&status=owner&version=-1`;
    const headers = {
      Cookie: owner.cookieHeader,
      Accept: 'text/html',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const answer = await server.ask('/admin/posts', { method: 'POST', headers, body });
    expect(answer.status).toBe(422);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('two tabs', () => {
  it('keep both texts until the owner chooses', async () => {
    const id = await create({ title: 'Shared', markdown: 'Origin', path: 'shared' });
    const tab = formOf((await owner.get(`/admin/posts/${id}/edit`)).text);
    await owner.post(`/admin/posts/${id}`, { ...tab, markdown: 'Text of the first tab' });
    const conflict = await owner.post(`/admin/posts/${id}`, {
      ...tab,
      title: 'Mine',
      markdown: 'Text of the second tab',
    });
    expect(conflict.status).toBe(409);
    expect(conflict.text).toContain('Text of the first tab');
    expect(conflict.text).toContain('Text of the second tab');
    expect(conflict.text).toContain('<td>Mine</td>');
    expect(server.posts.byId(id)!.markdown).toBe('Text of the first tab');

    const copy = await owner.post('/admin/posts/copy', {
      ...tab,
      title: 'Mine',
      markdown: 'Text of the second tab',
    });
    const copyId = Number(/posts\/(\d+)/.exec(copy.headers.location!)![1]);
    expect(server.posts.byId(copyId)).toMatchObject({ status: 'draft', markdown: 'Text of the second tab' });

    const version = /name="version" value="(\d+)"/.exec(conflict.text)![1]!;
    const over = await owner.post(`/admin/posts/${id}`, {
      ...tab,
      title: 'Mine',
      markdown: 'Text of the second tab',
      version,
    });
    expect(over.status).toBe(303);
    expect(server.posts.byId(id)).toMatchObject({
      title: 'Mine',
      markdown: 'Text of the second tab',
      version: 3,
    });
  });

  it('shows a conflict with a deletion too', async () => {
    const id = await create({ title: 'Shared', markdown: 'Origin', path: 'shared' });
    const tab = formOf((await owner.get(`/admin/posts/${id}/edit`)).text);
    server.posts.remove(id, 1);
    const conflict = await owner.post(`/admin/posts/${id}`, { ...tab, markdown: 'Still here' });
    expect([conflict.status, conflict.text.includes('Still here')]).toEqual([409, true]);
    expect(conflict.text).toContain('The other save deleted the post');
  });

  it('keeps the text of a post that is no more', async () => {
    await owner.get('/admin/posts/new');
    const answer = await owner.post('/admin/posts/77', {
      title: 'Lost?',
      markdown: 'No',
      version: '1',
      status: 'draft',
    });
    expect(answer.status).toBe(404);
    expect(formOf(answer.text)).toMatchObject({ title: 'Lost?', markdown: 'No' });
  });
});
