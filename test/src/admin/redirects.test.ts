import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

const redirect = (from: string, to: string) => owner.post('/admin/redirects', { from, to });
const locationOf = async (path: string): Promise<string | undefined> =>
  (await server.ask(path)).headers.location;

describe('redirects of the owner', () => {
  it.each([
    ['/old', '/about', '/OLD/', '/about'],
    [
      'old/page.php',
      'https://example.org/new page'.replace(' ', '%20'),
      '/old/page.php?a=1',
      'https://example.org/new%20page?a=1',
    ],
    ['/über', '/tags/ä#x', '/u%CC%88ber?b', '/tags/%C3%A4?b#x'],
    ['/%C3%A4', '/search?q=a', '/ä', '/search?q=a'],
  ])('leads from %s to %s', async (from, to, asked, location) => {
    expect((await redirect(from, to)).status).toBe(303);
    const answer = await server.ask(encodeURI(asked).replaceAll('%25', '%'));
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe(location);
  });

  it.each([
    ['', '/about', 'at least one letter'],
    ['/admin/x', '/about', 'is reserved'],
    ['/old', '', 'target is empty'],
    ['/old', 'javascript:alert(1)', 'is no target'],
    ['/old', '//example.org', 'is no target'],
    ['/old', '/\\example.org', 'is no target'],
    ['/old', 'https://me:secret@example.org', 'is no target'],
    ['/old', 'https://exa mple.org', 'is no target'],
    ['/old', '/OLD/?a', 'lead back'],
  ])('refuses %j to %j and shows both again', async (from, to, problem) => {
    const answer = await redirect(from, to);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(problem);
    expect((await owner.get('/admin/redirects')).text).toContain('There are no redirects.');
  });

  it('says which of them lead nowhere', async () => {
    server.posts.create({ title: 'Draft', path: 'a-draft', markdown: 'x', status: 'draft' });
    server.posts.create({ title: 'Seen', path: 'seen', markdown: 'x', status: 'published' });
    for (const to of ['/a-draft', '/nowhere', '/seen', '/tags/x', 'https://example.org/'])
      await redirect(`/from${to.replaceAll(/[^a-z]/g, '-')}`, to);
    const { text } = await owner.get('/admin/redirects');
    const dead = [...text.matchAll(/<bdi>([^<]*)<\/bdi>\s*<small class="lacking"\s*>leads nowhere/g)];
    expect(dead.map((match) => match[1]).toSorted()).toEqual(['/a-draft', '/nowhere']);
  });

  it('refuses a ring of them', async () => {
    for (const [from, to] of [
      ['/a', '/b'],
      ['/b', '/c?x=1'],
    ] as const)
      expect((await redirect(from, to)).status).toBe(303);
    expect((await redirect('/c', '/a#top')).status).toBe(422);
    expect((await redirect('/c', '/./x/../a')).status).toBe(422);
  });

  it('knows an address of this blog that is written with its host', async () => {
    const below = await new AdminServer({ publicUrl: 'https://blog.example/notes' }).start();
    const writer = await below.owner();
    const put = (from: string, to: string) => writer.post('/admin/redirects', { from, to });
    expect((await put('/a', 'https://blog.example/notes/b?x#y')).status).toBe(303);
    expect((await writer.get('/admin/redirects')).text).toContain('/b?x#y');
    expect((await put('/b', 'https://BLOG.example/notes/a')).status).toBe(422);
    expect((await put('/b', 'https://blog.example/elsewhere')).status).toBe(303);
  });

  it('lets posts come first, replaces a deleted one, and refuses the address of a post', async () => {
    const { id } = server.posts.create({
      title: 'Kept',
      markdown: 'x',
      status: 'published',
      path: 'kept',
      aliases: ['before'],
    });
    for (const from of ['/kept', '/before']) {
      const refused = await redirect(from, '/about');
      expect(refused.text).toContain('The post “Kept” has this address');
    }
    server.posts.remove(id, 1);
    expect((await server.ask('/kept')).status).toBe(410);
    await redirect('/kept', '/about');
    expect(await locationOf('/kept')).toBe('/about');
    server.posts.create({ title: 'Back', markdown: 'y', status: 'published', path: 'new' });
    await redirect('/later', '/new');
    server.posts.create({ title: 'Later', markdown: 'z', status: 'published', path: 'later' });
    expect((await server.ask('/later')).status).toBe(200);
  });

  it('changes and removes one, and fills in the form from an address', async () => {
    await redirect('/old', '/a');
    await redirect('/OLD', '/b');
    expect(await locationOf('/old')).toBe('/b');
    const page = (await owner.get('/admin/redirects?from=%2Fgone')).text;
    expect(page).toContain('value="/gone"');
    const id = /name="id" value="(\d+)"/.exec(page)![1]!;
    expect((await owner.post('/admin/redirects/remove', { id })).status).toBe(303);
    expect((await server.ask('/old')).status).toBe(404);
  });
});
