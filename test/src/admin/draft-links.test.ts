import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Post } from '../../../src/posts/post.ts';
import { AdminServer, START_MILLIS, type Visitor } from '../accounts/admin-server.ts';

const DAY = 86_400_000;

let server: AdminServer;
let owner: Visitor;
let draft: Post;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
  for (const name of ['pane.png', 'other.png'])
    server.media.put(
      name,
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...name].map(Number)),
    );
  draft = server.posts.create({
    title: 'Not yet',
    markdown: '![A pane](/media/pane.png) and `src="/media/pane.png"`',
    status: 'draft',
    path: 'not-yet',
  });
});

const makeLink = async (id = draft.id): Promise<string> => {
  const { text } = await owner.post(`/admin/posts/${id}/links`, {});
  return /\/admin\/shared-draft\?token=[\w-]{20,}/.exec(text)![0];
};

describe('a secret link to a draft', () => {
  it('shows the saved text to everybody who has it, and is stored nowhere', async () => {
    const link = await makeLink();
    const answer = await server.ask(link);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('Not yet');
    expect(answer.text).toContain('opens until 27 March 2026, 12:00 (UTC)');
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    });
    expect(answer.text).not.toContain('rel="canonical"');
    const token = link.split('=')[1]!;
    expect(server.logged).not.toContain(token);
    expect(JSON.stringify(server.database.prepare('SELECT * FROM draft_links').all())).not.toContain(token);
    const { text } = await owner.get(`/admin/posts/${draft.id}/links`);
    expect(text).toContain('2026-03-27 12:00');
    expect(text).not.toContain(token);
  });

  it('suggests no search once it opens nothing', async () => {
    const { status, text } = await server.ask('/admin/shared-draft?token=nothing-opens-with-this');
    expect([status, text.includes('This link opens nothing')]).toEqual([404, true]);
    expect(text).not.toContain('It may have moved');
  });

  it('opens the pictures of the draft, and no others', async () => {
    const link = await makeLink();
    const { text } = await server.ask(link);
    const [, picture] = /<img[^>]* src="([^"]+)"/.exec(text)!;
    const token = link.split('=')[1]!;
    expect(picture).toBe(`/media/pane.png?token=${token}`);
    expect(text).toContain('<code>src="/media/pane.png"</code>');
    expect((await server.ask(picture!)).status).toBe(200);
    expect((await server.ask('/media/pane.png')).status).toBe(404);
    expect((await server.ask(`/media/other.png?token=${token}`)).status).toBe(404);
  });

  it('leads to the post once that is published, and is gone with it', async () => {
    const link = await makeLink();
    const { id, version } = draft;
    server.posts.update(id, version, { ...draft, status: 'published' });
    expect(await server.ask(link)).toMatchObject({ status: 302, headers: { location: '/not-yet' } });
    server.posts.remove(id, version + 1);
    expect((await server.ask(link)).status).toBe(410);
    expect((await server.ask(`/media/pane.png${link.slice(link.indexOf('?'))}`)).status).toBe(404);
  });

  it('ends after a week, or when it is revoked', async () => {
    const [first, second] = [await makeLink(), await makeLink()];
    const { id } = server.database
      .prepare<[], { id: number }>('SELECT min(id) AS id FROM draft_links')
      .get()!;
    await owner.post(`/admin/posts/${draft.id}/links/revoke`, { link: String(id) });
    expect((await server.ask(first)).status).toBe(404);
    expect((await server.ask(second)).status).toBe(200);
    server.nowMillis = START_MILLIS + 7 * DAY;
    expect((await server.ask(second)).status).toBe(404);
    await makeLink();
    expect(server.database.prepare('SELECT count(*) AS n FROM draft_links').get()).toEqual({ n: 1 });
  });

  it.each(['', '?token=', '?token=x', '?token=a&token=b'])('opens nothing with %j', async (query) => {
    await makeLink();
    expect((await server.ask(`/admin/shared-draft${query}`)).status).toBe(404);
  });

  it('is offered in the editor while readers cannot see the post', async () => {
    expect((await owner.get(`/admin/posts/${draft.id}/edit`)).text).toContain('Secret links');
    const seen = server.posts.create({ title: 'Seen', markdown: 'x', status: 'published' });
    expect((await owner.get(`/admin/posts/${seen.id}/edit`)).text).not.toContain('Secret links');
    expect((await server.ask(`/admin/posts/${draft.id}/links`)).status).toBe(303);
  });
});
