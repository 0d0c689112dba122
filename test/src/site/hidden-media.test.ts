import { beforeAll, describe, expect, it } from '@jest/globals';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { MediaUses } from '../../../src/posts/media-uses.ts';
import type { PostDraft } from '../../../src/posts/post.ts';
import { AdminServer, START_MILLIS, type Visitor } from '../accounts/admin-server.ts';

const DAY_MILLIS = 86_400_000;

describe('a file of a post that readers cannot open', () => {
  let server: AdminServer;
  let owner: Visitor;
  let stranger: Visitor;
  beforeAll(async () => {
    server = await new AdminServer().start();
    owner = await server.owner();
    stranger = server.visitor();
  });

  const put = (name: string): void => void server.media.put(name, Buffer.from(name));
  const write = (name: string, draft: Partial<PostDraft>) => {
    put(`${name}/picture.png`);
    return server.posts.create({
      title: name,
      path: name,
      markdown: '![A](picture.png)',
      status: 'published',
      publishedAtMillis: START_MILLIS - DAY_MILLIS,
      ...draft,
    });
  };
  const statusFor = async (visitor: Visitor, path: string): Promise<number> =>
    (await visitor.get(`/media/${path}`)).status;

  it.each<[string, Partial<PostDraft>, number]>([
    ['published', {}, 200],
    ['unlisted', { status: 'unlisted' }, 200],
    ['draft', { status: 'draft' }, 404],
    ['scheduled', { publishedAtMillis: START_MILLIS + DAY_MILLIS }, 404],
  ])('answers strangers by the post: %s', async (name, draft, status) => {
    write(name, draft);
    expect(await statusFor(stranger, `${name}/picture.png`)).toBe(status);
    const mine = await owner.get(`/media/${name}/picture.png`);
    expect(mine.status).toBe(200);
    expect(mine.headers['cache-control']).toBe(status === 200 ? 'public, max-age=3600' : 'private, no-store');
  });

  it('is gone with a deleted post and back with a restored one', async () => {
    const { id, version } = write('taken-down', {});
    server.posts.remove(id, version);
    expect(await statusFor(stranger, 'taken-down/picture.png')).toBe(404);
    server.posts.restore(id);
    expect(await statusFor(stranger, 'taken-down/picture.png')).toBe(200);
  });

  it('appears when the time of its post comes', async () => {
    write('later', { publishedAtMillis: START_MILLIS + 1000 });
    expect(await statusFor(stranger, 'later/picture.png')).toBe(404);
    server.nowMillis += 1000;
    expect(await statusFor(stranger, 'later/picture.png')).toBe(200);
    server.nowMillis -= 1000;
  });

  it('is public while one of several posts that use it is', async () => {
    put('shared.png');
    const markdown = '![S](/media/shared.png)';
    server.posts.create({ title: 'Hidden', markdown, status: 'draft' });
    expect(await statusFor(stranger, 'shared.png')).toBe(404);
    const shown = server.posts.create({ title: 'Shown', markdown, status: 'unlisted' });
    expect(await statusFor(stranger, 'shared.png')).toBe(200);
    server.posts.update(shown.id, shown.version, { ...shown, markdown: 'No picture.' });
    expect(await statusFor(stranger, 'shared.png')).toBe(404);
  });

  it('follows the post in whose folder it is if no post uses it, and is for the owner only without one', async () => {
    for (const name of ['published/data.csv', 'published/more/data.csv', 'draft/data.csv', 'loose.csv'])
      put(name);
    expect(await statusFor(stranger, 'published/data.csv')).toBe(200);
    expect(await statusFor(stranger, 'published/more/data.csv')).toBe(200);
    expect(await statusFor(stranger, 'draft/data.csv')).toBe(404);
    expect(await statusFor(stranger, 'loose.csv')).toBe(404);
    expect(await statusFor(owner, 'loose.csv')).toBe(200);
  });

  it('is open if every page leads to it: the picture of the author, a file in the menu', async () => {
    for (const name of ['me.png', 'cv.pdf', 'draft/me.png']) put(name);
    const settings = new SettingStore(server.database);
    settings.set('author_picture', '/media/draft/me.png');
    settings.set('menu', 'CV /media/cv.pdf\nNow /now');
    expect(await statusFor(stranger, 'draft/me.png')).toBe(200);
    expect(await statusFor(stranger, 'cv.pdf')).toBe(200);
    expect(await statusFor(stranger, 'me.png')).toBe(404);
    expect((await owner.post('/admin/media/remove', { name: 'cv.pdf' })).status).toBe(409);
  });

  it('is for the owner only if it was uploaded, whatever posts there are', async () => {
    write('pictures', {});
    put('pictures/pane-0123456789.jpg');
    put('pictures/other.jpg');
    expect(await statusFor(stranger, 'pictures/pane-0123456789.jpg')).toBe(404);
    expect(await statusFor(stranger, 'pictures/other.jpg')).toBe(200);
  });

  it('is known of a blog from before uses were recorded', async () => {
    server.database.exec(
      "DELETE FROM media_uses; INSERT INTO settings (key, value) VALUES ('media_uses_pending', '1')",
    );
    put('elsewhere.png');
    server.posts.create({
      title: 'E',
      path: 'e',
      status: 'unlisted',
      markdown: '![E](/media/elsewhere.png)',
    });
    server.database.exec('DELETE FROM media_uses');
    expect(await statusFor(stranger, 'elsewhere.png')).toBe(404);
    const uses = new MediaUses(server.database);
    expect(uses.fill()).toBe(server.posts.allForAdmin({ limit: 100 }).posts.length);
    expect(uses.fill()).toBe(0);
    expect(await statusFor(stranger, 'elsewhere.png')).toBe(200);
  });
});
