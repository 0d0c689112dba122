import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { dayIn } from '../../../src/markup/zoned-time.ts';
import { importPosts } from '../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../src/posts/import/import-summary.ts';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';

const SOURCES: Readonly<Record<string, string>> = {
  'day.md': 'date: 2024-05-31\ntags: [a]',
  'updated.md': 'date: 2024-01-01\nlastmod: 2024-05-31',
  'half.md': 'date: 2024-05-31T10:00:00+02:00\nlastmod: 2024-06-30',
  'time.md': 'date: 2024-05-31 00:00:00',
  'zoned.md': 'date: 2024-05-31T00:00:00Z',
  // Midnight was skipped in São Paulo.
  'skipped.md': 'date: 2018-11-04',
  '2020-02-29-named.md': '',
};

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

function run(site: Readonly<Record<string, string>> = {}): ImportSummary {
  const folder = join(server.folder, 'old');
  mkdirSync(folder, { recursive: true });
  for (const [file, front] of Object.entries(SOURCES))
    writeFileSync(join(folder, file), `---\ntitle: ${file}\n${front}\n---\nText of ${file}.`);
  for (const [file, text] of Object.entries(site)) writeFileSync(join(folder, file), text);
  const { database, posts, media, nowMillis } = server;
  return importPosts(folder, { database, posts, media, now: () => nowMillis });
}

async function moveTo(timeZone: string): Promise<void> {
  await owner.get('/admin/settings');
  const { status } = await owner.post('/admin/settings', { ...server.site.values, timeZone });
  expect([status, server.site.timeZone]).toEqual([303, timeZone]);
}

/** Of each post: publication and update, as days of the zone and as moments. */
const times = (): Readonly<Record<string, readonly (number | null)[]>> =>
  Object.fromEntries(
    server.posts
      .page({ limit: 100 })
      .posts.map((post) => [post.title, [post.publishedAtMillis, post.updatedAtMillis]]),
  );
const day = (millis: number | null | undefined): string => {
  const { year, month, day } = dayIn(millis!, server.site.timeZone);
  return `${year}-${month}-${day}`;
};

describe('dates of imported posts', () => {
  it.each(['America/Los_Angeles', 'Asia/Tokyo', 'America/Sao_Paulo', 'Pacific/Kiritimati'])(
    'keep their day in %s, if the source gives a day; a moment stays',
    async (timeZone) => {
      run();
      const before = times();
      await moveTo(timeZone);
      const after = times();
      expect(day(after['day.md']![0])).toBe('2024-5-31');
      expect(day(after['skipped.md']![0])).toBe('2018-11-4');
      expect(after['updated.md']!.map(day)).toEqual(['2024-1-1', '2024-5-31']);
      expect(day(after['half.md']![1])).toBe('2024-6-30');
      for (const title of ['time.md', 'zoned.md']) expect(after[title]).toEqual(before[title]);
      expect(after['half.md']![0]).toBe(before['half.md']![0]);
      expect(server.posts.page({ year: 2024, month: 5, tag: 'a' }).posts.map(({ title }) => title)).toEqual([
        'day.md',
      ]);
      expect((await server.ask('/')).text).toContain('31 May 2024');
      // Their sources are as they were.
      expect(run()).toMatchObject({ imported: 0, updated: 0, unchanged: Object.keys(SOURCES).length });
      expect(times()).toEqual(after);
      await moveTo('UTC');
      expect(times()).toEqual(before);
    },
  );

  it('stay where the owner has set another time, and those of posts that were written here', async () => {
    run();
    const post = server.posts.byPath('day')!;
    server.posts.update(post.id, post.version, { ...post, publishedAtMillis: Date.UTC(2024, 4, 31, 9) });
    const own = server.posts.create({
      title: 'Own',
      markdown: 'x',
      status: 'published',
      publishedAtMillis: Date.UTC(2024, 4, 31),
    });
    await moveTo('America/Los_Angeles');
    expect(server.posts.byId(post.id)!.publishedAtMillis).toBe(Date.UTC(2024, 4, 31, 9));
    expect(server.posts.byId(own.id)!.publishedAtMillis).toBe(Date.UTC(2024, 4, 31));
  });

  it.each(['before', 'after'])(
    'of an earlier version are right after an import %s the change',
    async (when) => {
      run();
      // Its digests were of moments.
      server.database.exec(
        "UPDATE imported_posts SET published_in = NULL, updated_in = NULL, source_sha256 = 'x'",
      );
      if (when === 'before') run();
      await moveTo('America/Los_Angeles');
      if (when === 'after') run();
      expect(times()['updated.md']!.map(day)).toEqual(['2024-1-1', '2024-5-31']);
      expect(run()).toMatchObject({ imported: 0, updated: 0 });
    },
  );

  it('are moments if the site has a zone of its own', async () => {
    run({ '_config.yml': 'timezone: Europe/Berlin' });
    const before = times();
    await moveTo('America/Los_Angeles');
    expect(times()).toEqual(before);
  });

  it('move without a conflict for a form that was open, and the settings say what moves', async () => {
    run();
    const { id, version, title, path, markdown } = server.posts.byPath('day')!;
    expect((await owner.get('/admin/settings')).text).toContain('keep that day when you change it');
    await moveTo('America/Los_Angeles');
    const form = {
      title,
      path,
      markdown,
      status: 'published',
      version: String(version),
      publishedAt: '2024-05-31T00:00',
    };
    expect((await owner.post(`/admin/posts/${id}`, form)).status).toBe(303);
    expect(day(server.posts.byId(id)!.publishedAtMillis)).toBe('2024-5-31');
  });
});
