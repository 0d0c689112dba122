import { beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_UNSAVED_TEXTS, UnsavedTexts } from '../../../src/posts/unsaved-texts.ts';
import { AdminServer, START_MILLIS, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

/** Of the form, or of the conflict page; a notice of another text has its own. */
const draftOf = (page: string): string =>
  /(?:editor-form|class="conflict")[\s\S]*?name="draft" value="([\w-]+)"/.exec(page)![1]!;
const continuedOf = (page: string): string => /name="continued" value="([^"]*)"/.exec(page)![1]!;
const stored = (postId?: number) => new UnsavedTexts(server.database, { now: () => 0 }).list(postId);

function write(): number {
  return server.posts.create({ title: 'Saved', markdown: 'As saved', status: 'published' }).id;
}

describe('a text that is typed and not saved', () => {
  it('is kept, offered by the next editor of a new post, and gone once it is saved', async () => {
    const draft = draftOf((await owner.get('/admin/posts/new')).text);
    const typed = { title: 'Half', markdown: 'Half a <thought>', tags: 'a, b', draft, post: '' };
    expect((await owner.post('/admin/posts/unsaved', { ...typed, markdown: 'Half' })).status).toBe(204);
    expect((await owner.post('/admin/posts/unsaved', typed)).status).toBe(204);
    const again = (await owner.get('/admin/posts/new')).text;
    expect(draftOf(again)).not.toBe(draft);
    expect(again).toContain('“Half”');
    const continued = (await owner.get(`/admin/posts/new?draft=${draft}`)).text;
    expect(draftOf(continued)).not.toBe(draft);
    expect(continued).toContain('Half a &lt;thought&gt;');
    expect(continued).toContain('value="a, b"');
    expect(continued).not.toContain('not\n      saved');
    const form = { ...typed, draft: draftOf(continued), continued: continuedOf(continued) };
    const saved = await owner.post('/admin/posts', { ...form, status: 'draft' });
    expect(saved.status).toBe(303);
    expect(stored()).toEqual([]);
  });

  it('is not overwritten by the page that was left when another one continues it', async () => {
    const desk = { title: 'Rye', markdown: 'On the desk', post: '', draft: 'draft-of-desk' };
    await owner.post('/admin/posts/unsaved', desk);
    const page = (await owner.get('/admin/posts/new?draft=draft-of-desk')).text;
    const phone = {
      ...desk,
      markdown: 'On the desk, then on the phone',
      draft: draftOf(page),
      continued: continuedOf(page),
    };
    server.nowMillis += 1000;
    await owner.post('/admin/posts/unsaved', phone);
    const texts = (): readonly (string | undefined)[] => stored().map(({ fields }) => fields['markdown']);
    expect(texts()).toEqual([phone.markdown]);
    server.nowMillis += 1000;
    await owner.post('/admin/posts/unsaved', { ...desk, markdown: 'On the desk again' });
    expect(texts()).toEqual(['On the desk again', phone.markdown]);
    // What was typed on the desk since is not what the phone continued.
    await owner.post('/admin/posts', { ...phone, status: 'draft' });
    expect(texts()).toEqual(['On the desk again']);
  });

  it('ends with the text that it was continued as, refused or saved', async () => {
    await owner.post('/admin/posts/unsaved', { title: 'A', markdown: 'a', post: '', draft: 'draft-of-old' });
    const page = (await owner.get('/admin/posts/new?draft=draft-of-old')).text;
    const form = { markdown: 'ab', draft: draftOf(page), continued: `?@x ${continuedOf(page)} ../..@1` };
    expect((await owner.post('/admin/posts', { ...form, title: '' })).status).toBe(422);
    expect(stored().map(({ draft }) => draft)).toEqual([form.draft]);
    await owner.post('/admin/posts', { ...form, title: 'A' });
    expect(stored()).toEqual([]);
  });

  it('keeps the version it was typed upon, so that a save after another one still shows the conflict', async () => {
    const id = write();
    const page = (await owner.get(`/admin/posts/${id}/edit`)).text;
    const draft = draftOf(page);
    const fields = { title: 'Saved', markdown: 'Mine', status: 'published', version: '1', draft };
    await owner.post('/admin/posts/unsaved', { ...fields, post: String(id) });
    const current = server.posts.byId(id)!;
    server.posts.update(id, 1, { title: current.title, markdown: 'Theirs', status: 'published' });
    const continued = (await owner.get(`/admin/posts/${id}/edit?draft=${draft}`)).text;
    expect(continued).toContain('name="version" value="1"');
    const form = { ...fields, draft: draftOf(continued), continued: continuedOf(continued) };
    const refused = await owner.post(`/admin/posts/${id}`, form);
    expect(refused.status).toBe(409);
    expect(stored(id)).toHaveLength(1);
    expect(draftOf(refused.text)).toBe(form.draft);
    expect((await owner.post(`/admin/posts/${id}`, { ...form, version: '2' })).status).toBe(303);
    expect(stored(id)).toEqual([]);
  });

  it('is answered with what is to come if the post was saved elsewhere', async () => {
    const id = write();
    const typed = {
      title: 'Saved',
      markdown: 'Mine',
      post: String(id),
      version: '1',
      draft: 'draft-of-mine',
    };
    expect((await owner.post('/admin/posts/unsaved', typed)).status).toBe(204);
    server.posts.update(id, 1, { title: 'Saved', markdown: 'Theirs', status: 'published' });
    const answer = await owner.post('/admin/posts/unsaved', typed);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { isSavedElsewhere: true }]);
    expect(stored(id)).toHaveLength(1);
  });

  it('is discarded by the button of a conflict that says so', async () => {
    const id = write();
    const form = {
      title: 'Saved',
      markdown: 'Mine',
      status: 'published',
      version: '0',
      draft: 'draft-of-mine',
    };
    const refused = (await owner.post(`/admin/posts/${id}`, form)).text;
    expect(stored(id)).toHaveLength(1);
    const [, post] = /name="post"\s+value="(\d+)"\s+formaction="\/admin\/posts\/unsaved\/discard"/.exec(
      refused,
    )!;
    const { headers } = await owner.post('/admin/posts/unsaved/discard', { ...form, post: post! });
    expect(headers.location).toContain(`/admin/posts/${id}/edit?done=discarded`);
    expect([stored(id), server.posts.byId(id)!.markdown]).toEqual([[], 'As saved']);
  });

  it('is one text per editor, and none of another post', async () => {
    const [id, other] = [write(), write()];
    for (const markdown of ['One', 'Two'])
      await owner.post('/admin/posts/unsaved', {
        title: 'Saved',
        markdown,
        status: 'published',
        post: String(id),
        version: '1',
        draft: `draft-of-${markdown}`,
      });
    expect((await owner.get(`/admin/posts/${id}/edit`)).text.match(/Continue it/g)).toHaveLength(2);
    expect((await owner.get(`/admin/posts/${other}/edit`)).text).not.toContain('Continue it');
    const foreign = (await owner.get(`/admin/posts/${other}/edit?draft=draft-of-One`)).text;
    expect(foreign).toContain('As saved');
    await owner.post('/admin/posts/unsaved/discard', { draft: 'draft-of-One', post: String(id) });
    expect(stored(id).map(({ fields }) => fields['markdown'])).toEqual(['Two']);
  });

  it('is not offered if it equals the post, and goes with the post', async () => {
    const id = write();
    const post = server.posts.byId(id)!;
    const { path } = post;
    const same = { title: 'Saved', markdown: 'As saved', status: 'published', path, language: '' };
    const page = await owner.get(`/admin/posts/${id}/edit`);
    const publishedAt = /name="publishedAt"[\s\S]*?value="([^"]*)"/.exec(page.text)![1]!;
    await owner.post('/admin/posts/unsaved', {
      ...same,
      publishedAt,
      post: String(id),
      draft: 'x'.repeat(12),
    });
    expect(stored(id)).toHaveLength(1);
    expect((await owner.get(`/admin/posts/${id}/edit`)).text).not.toContain('Continue it');
    server.database.prepare('DELETE FROM posts WHERE id = ?').run(id);
    expect(stored(id)).toEqual([]);
    const late = await owner.post('/admin/posts/unsaved', {
      ...same,
      post: String(id),
      draft: 'y'.repeat(12),
    });
    expect(late.status).toBe(404);
  });

  it('is kept if its save is refused: its page may be all that has it', async () => {
    const id = write();
    const form = { title: '', markdown: 'Untitled', status: 'published', version: '1' };
    expect((await owner.post('/admin/posts', { ...form, draft: 'draft-of-new' })).status).toBe(422);
    expect((await owner.post(`/admin/posts/${id}`, { ...form, draft: 'draft-of-post' })).status).toBe(422);
    const changed = { ...form, title: 'Saved', version: '0', draft: 'draft-of-conflict' };
    expect((await owner.post(`/admin/posts/${id}`, changed)).status).toBe(409);
    const gone = { ...form, title: 'Gone', draft: 'draft-of-gone' };
    expect((await owner.post('/admin/posts/99', gone)).status).toBe(404);
    expect(
      stored()
        .map(({ draft }) => draft)
        .toSorted(),
    ).toEqual(['draft-of-gone', 'draft-of-new']);
    expect(
      stored(id)
        .map(({ draft, version, fields }) => [draft, version, fields['markdown']])
        .toSorted(),
    ).toEqual([
      ['draft-of-conflict', 0, 'Untitled'],
      ['draft-of-post', 1, 'Untitled'],
    ]);
  });

  it('survives a restart; the oldest go beyond the limit', async () => {
    for (let i = 0; i <= MAX_UNSAVED_TEXTS; i++) {
      server.nowMillis = START_MILLIS + i * 1000;
      await owner.post('/admin/posts/unsaved', { title: `T${i}`, draft: `draft-number-${i}`, post: '' });
    }
    await server.restart();
    const titles = stored().map(({ fields }) => fields['title']);
    expect(titles).toHaveLength(MAX_UNSAVED_TEXTS);
    expect(titles[0]).toBe(`T${MAX_UNSAVED_TEXTS}`);
    expect(titles).not.toContain('T0');
    // The clock was set back.
    server.nowMillis = START_MILLIS - 1000;
    await owner.post('/admin/posts/unsaved', { title: 'Newest', draft: 'draft-after-all', post: '' });
    expect(stored().map(({ fields }) => fields['title'])).toContain('Newest');
    expect(stored()).toHaveLength(MAX_UNSAVED_TEXTS);
  });

  it('is refused without a session, a form token or a draft', async () => {
    const visitor = server.visitor();
    expect((await visitor.post('/admin/posts/unsaved', { title: 'A', draft: 'z'.repeat(12) })).status).toBe(
      403,
    );
    expect((await owner.post('/admin/posts/unsaved', { title: 'A', draft: '../..' })).status).toBe(400);
    expect(stored()).toEqual([]);
  });
});
