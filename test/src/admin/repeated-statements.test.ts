import { describe, expect, it } from '@jest/globals';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { StoredSiteSettings } from '../../../src/db/site-settings.ts';
import { DraftLinks } from '../../../src/posts/draft-links.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import { Redirects } from '../../../src/posts/redirects.ts';
import { AdminServer } from '../accounts/admin-server.ts';
import { countReaders } from '../accounts/counted-readers.ts';
import { countStatements } from '../accounts/counted-statements.ts';

const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };
/** More than any page runs of one statement for itself. */
const MOST = 4;
const OF_EACH = 12;

const ran = new Map<string, number>();

/** A blog with a dozen of everything that lists of the owner show; the statements of its pages are counted. */
async function fullBlog(): Promise<AdminServer> {
  const server = new AdminServer();
  server.database = countStatements(server.database, (sql) => ran.set(sql, (ran.get(sql) ?? 0) + 1));
  const now = (): number => server.nowMillis;
  server.posts = new PostStore(server.database, { now });
  server.site = new StoredSiteSettings(new SettingStore(server.database));
  countReaders(server);
  await server.start();
  const redirects = new Redirects(server.database, { now });
  const links = new DraftLinks(server.database, { now });
  for (let number = 1; number <= OF_EACH; number++) {
    server.media.put(`${number}.png`, Buffer.from(`picture ${number}`));
    server.posts.create({
      title: `Pane ${number}`,
      path: `pane-${number}`,
      markdown: `![](/media/${number}.png) and [a dead link](/nowhere-${number})`,
      status: 'published',
      tags: [`tag ${number}`, 'glass'],
      aliases: [`former-${number}`],
    });
    redirects.put(`from-${number}`, `/pane-${number}`);
    links.create(1);
    await server.ask(`/pane-${number}`, { headers: BROWSER });
  }
  return server;
}

describe('pages of the owner', () => {
  it('run no statement for each row of a list', async () => {
    const server = await fullBlog();
    const owner = await server.owner();
    const first = server.posts.byPath('pane-1')!.id;
    const names = ['', '/posts', '/posts/new', '/readers', '/media', '/media/file?name=1.png'];
    names.push('/tags', '/redirects', '/settings', '/settings/passkeys');
    names.push(...['edit', 'delete', 'links'].map((page) => `/posts/${first}/${page}`));
    const repeated: string[] = [];
    for (const page of names.map((name) => `/admin${name}`)) {
      ran.clear();
      const { status, text } = await owner.get(page);
      expect([page, status]).toEqual([page, 200]);
      if (page === '/admin/readers') expect(text).toContain('Pane 12');
      for (const [sql, times] of ran) if (times > MOST) repeated.push(`${page}: ${times} times ${sql}`);
    }
    const { path, version, markdown, status } = server.posts.byId(first)!;
    const links = Array.from({ length: OF_EACH }, (_, number) => `[${number}](/nowhere-${number})`).join(' ');
    const fields = {
      title: 'Pane',
      path,
      markdown: `${markdown} ${links}`,
      status,
      version: String(version),
    };
    const save = await owner.post(`/admin/posts/${first}`, { ...fields, publishedAt: '' });
    ran.clear();
    const saved = await owner.get(String(save.headers.location));
    expect(saved.text).toContain(`${OF_EACH} links lead nowhere`);
    for (const [sql, times] of ran) if (times > MOST) repeated.push(`after a save: ${times} times ${sql}`);
    expect(repeated).toEqual([]);
  });

  it('look posts up at all of their addresses with one statement', async () => {
    const { posts } = await fullBlog();
    const gone = posts.byPath('pane-2')!;
    posts.remove(gone.id, gone.version);
    posts.create({ title: 'Draft', path: 'draft', markdown: 'No.', status: 'draft' });
    ran.clear();
    const found = posts.found.at(['pane-1', 'FORMER-3', 'pane-2', 'former-2', 'draft', 'nowhere', '']);
    expect([...found].map(([path, { kind, title }]) => [path, kind, title])).toEqual([
      ['pane-1', 'post', 'Pane 1'],
      ['FORMER-3', 'post', 'Pane 3'],
      ['pane-2', 'gone', 'Pane 2'],
      ['former-2', 'gone', 'Pane 2'],
      ['draft', 'missing', 'Draft'],
    ]);
    expect([...ran.values()]).toEqual([1]);
  });
});
