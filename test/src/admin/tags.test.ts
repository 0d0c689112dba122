import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PostDraft } from '../../../src/posts/post.ts';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

const post = (title: string, tags: readonly string[], status: PostDraft['status'] = 'published') =>
  server.posts.create({ title, markdown: 'Some glass.', status, tags });
const rename = (from: string, to: string, more: Record<string, string> = {}) =>
  owner.post('/admin/tags', { from, to, ...more });
const tagsOf = (id: number) => server.posts.byId(id)?.tags;
const asked = async (path: string) => {
  const { status, headers, text } = await server.ask(path);
  return { status, location: headers.location, text };
};

describe('tags of the owner', () => {
  it('are renamed in every post, without an edit, and their addresses redirect', async () => {
    const listed = post('Listed', ['Glas', 'pane']);
    const draft = post('Draft', ['glas'], 'draft');
    const deleted = post('Deleted', ['glas']);
    server.posts.remove(deleted.id, deleted.version);
    expect((await rename('glas', 'Window')).status).toBe(303);
    expect([listed, draft, deleted].map(({ id }) => tagsOf(id))).toEqual([
      ['Window', 'pane'],
      ['Window'],
      ['Window'],
    ]);
    expect(server.posts.byId(listed.id)).toMatchObject({ updatedAtMillis: listed.updatedAtMillis });
    expect(await asked('/tags/GLAS?before=x')).toMatchObject({
      status: 301,
      location: '/tags/Window?before=x',
    });
    expect((await asked('/tags/Window')).text).toContain('Listed');
    for (const feed of ['feed', 'feed.atom', 'feed.rss', 'feed.json'])
      for (const former of ['glas', 'GLAS', 'window']) {
        const answer = await server.ask(`/tags/${former}/${feed}?x=y`, { headers: { 'If-None-Match': '*' } });
        expect([answer.status, answer.headers.location]).toEqual([301, `/tags/Window/${feed}?x=y`]);
        // For feed readers in a browser.
        expect(answer.headers['access-control-allow-origin']).toBe('*');
        expect(answer.headers.etag).toBeUndefined();
        const moved = await server.ask(answer.headers.location!);
        expect([moved.status, moved.text]).toEqual([200, expect.stringContaining('Listed')]);
        const headers = { 'If-None-Match': String(moved.headers.etag) };
        expect((await server.ask(`/tags/Window/${feed}`, { headers })).status).toBe(304);
      }
    expect((await asked('/search?q=window')).text).toContain('Listed');
  });

  it('have their new name in what is saved and imported later', async () => {
    post('One', ['a']);
    await rename('a', 'b');
    await rename('b', 'c');
    expect(post('Two', ['A', 'b', 'd']).tags).toEqual(['c', 'd']);
    // A name that comes back is no former name any more.
    await rename('c', 'a');
    expect(post('Three', ['a', 'b', 'c']).tags).toEqual(['a']);
    expect(server.posts.tags()).toEqual([
      { tag: 'a', count: 3 },
      { tag: 'd', count: 1 },
    ]);
  });

  it('are made one only after a question, and once in each post', async () => {
    const both = post('Both', ['js', 'web', 'JavaScript']);
    const question = await rename('js', 'javascript');
    expect(question.status).toBe(409);
    expect(question.text).toContain('There is a tag <bdi>JavaScript</bdi> with 1 post.');
    expect(tagsOf(both.id)).toEqual(['js', 'web', 'JavaScript']);
    await rename('js', 'JavaScript', { merge: 'yes' });
    expect(tagsOf(both.id)).toEqual(['JavaScript', 'web']);
  });

  it('may get another spelling, and lose a former name', async () => {
    const { id } = post('One', ['old']);
    await rename('old', 'new');
    await rename('new', 'NEW');
    expect(tagsOf(id)).toEqual(['NEW']);
    // Without a post, there is no tag; the former spelling leads to no other address.
    const { version } = server.posts.byId(id)!;
    server.posts.remove(id, version);
    expect((await asked('/tags/NEW')).status).toBe(404);
    await owner.post('/admin/tags/forget', { key: 'old' });
    expect((await asked('/tags/old')).status).toBe(404);
    expect(post('Two', ['old']).tags).toEqual(['old']);
  });

  it.each([
    ['nowhere', 'x', 'No post has the tag'],
    ['a', ' ', 'Type the new name.'],
  ])('refuses %j to %j and shows both again', async (from, to, problem) => {
    post('One', ['a']);
    const answer = await rename(from, to);
    expect([answer.status, answer.text.includes(problem)]).toEqual([422, true]);
    expect(answer.text).toContain(`value="${from}"`);
  });

  it('are listed with most posts first, spellings of one together', async () => {
    post('One', ['b']);
    post('Two', ['a']);
    post('Three', ['B', 'a', 'c'], 'draft');
    expect(server.posts.tagNames.uses()).toEqual([
      { tag: 'B', posts: 2, listed: 1 },
      { tag: 'a', posts: 2, listed: 1 },
      { tag: 'c', posts: 1, listed: 0 },
    ]);
    expect((await owner.get('/admin/tags')).text).toContain('2, 1 not published');
  });

  it('say that there are none', async () => {
    expect((await owner.get('/admin/tags')).text).toContain('No post has a tag.');
  });
});
