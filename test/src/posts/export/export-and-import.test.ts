import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SettingStore } from '../../../../src/db/setting-store.ts';
import { StoredSiteSettings } from '../../../../src/db/site-settings.ts';
import { exportBlog, type ExportSummary } from '../../../../src/posts/export/export-blog.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import type { PostDraft } from '../../../../src/posts/post.ts';
import { Redirects } from '../../../../src/posts/redirects.ts';
import { UnsavedTexts } from '../../../../src/posts/unsaved-texts.ts';
import { seedWelcomePosts } from '../../../../src/posts/welcome-posts.ts';
import { anyText, fc } from '../../../fixtures/properties.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const RUST_BLOG = fileURLToPath(new URL('../../../fixtures/rust-blog', import.meta.url));
const GIF = Buffer.from('GIF89a\x07\x00\x05\x00');

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function exported(from: TemporaryBlog, name: string, publicUrl?: string): Promise<ExportSummary> {
  return exportBlog({
    database: from.database,
    dataDir: from.folder,
    directory: path.join(blog.folder, name),
    publicUrl,
  });
}

function imported(into: TemporaryBlog, name: string): ImportSummary {
  return importPosts(path.join(blog.folder, name), { ...into, now: () => into.clock.now });
}

function contentOf(name: string): ReadonlyMap<string, string> {
  const folder = path.join(blog.folder, name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(path.join(folder, file)).isFile(),
  );
  return new Map(files.toSorted().map((file) => [file, readFileSync(path.join(folder, file), 'latin1')]));
}

/** Exports, imports into an empty blog of another day, and exports that. */
async function roundTrip(): Promise<TemporaryBlog> {
  const other = temporaryBlog();
  other.clock.now = NOON + 1000 * HOUR;
  await exported(blog, 'first');
  expect(imported(other, 'first')).toMatchObject({ skipped: [], notes: [], unchanged: 0 });
  await exported(other, 'second');
  expect(contentOf('second')).toEqual(contentOf('first'));
  return other;
}

const HOSTILE: readonly Partial<PostDraft>[] = [
  {
    title: '--- "a": [b] # {c} \\ \u202eabc\u202c & <script>',
    path: 'hostile',
    markdown: '---\ntitle: x\n---\n\nText.',
  },
  { title: 'CRLF', path: 'crlf', markdown: '\r\n\r\nOne\r\ntwo\r\n' },
  { title: 'null', path: 'blank', markdown: '' },
  { title: 'مرحبا', path: '2026/03/مرحبا', markdown: '\n\n\n# مرحبا\n', language: 'ar' },
  { title: '🪟', path: '🪟/👩‍💻', markdown: '+++\n🪟\n+++' },
  { title: 'HTML', path: 'static/html', markdown: '<div>\n---\n\n{{< youtube x >}} [x](@/crlf.md)</div>' },
  { title: 'HTML', path: 'templates/_index', markdown: '# HTML\n\nThe heading stays.' },
  { title: 'Case', path: 'CamelCase.md', markdown: '\ufeff![](a.gif)' },
  { title: 'Below', path: 'camelcase.md/Index', markdown: 'x' },
  { title: 'Long', path: `${'ö'.repeat(140)}/${'x'.repeat(150)}`, markdown: 'x' },
  {
    title: 'Con',
    path: 'con',
    markdown: 'x',
    tags: ['a, b', '"', '- c', 'draft'],
    authors: ['O’Neil, J.', 'null'],
  },
  { title: 'Hidden', path: '.hidden', markdown: 'x', status: 'unlisted', description: 'private: true' },
  { title: 'Draft', path: 'draft', markdown: 'x', status: 'draft', publishedAtMillis: null },
  { title: 'Dated draft', path: 'dated', markdown: 'x', status: 'draft', publishedAtMillis: NOON },
  {
    title: 'Later',
    path: 'later',
    markdown: 'x',
    publishedAtMillis: NOON + HOUR,
    aliases: ['Old/Later.html', 'ä'],
  },
  { title: 'Ancient', path: 'ancient', markdown: 'x', publishedAtMillis: Date.UTC(1850, 0, 1, 3, 4, 5, 678) },
];

describe('an export', () => {
  it('has every post as it is, and gives the same bytes after an import', async () => {
    blog.media.put('CamelCase.md/a.gif', GIF);
    blog.media.describe('CamelCase.md/a.gif', 'A "pane"');
    blog.media.put('ä b/ü.txt', Buffer.from('text'));
    blog.media.put('variants/0/1.webp', Buffer.from('variant'));
    blog.database.exec("UPDATE media SET variant_of = sha256 WHERE path LIKE 'variants/%'");
    for (const [index, fields] of HOSTILE.entries()) {
      blog.clock.now = NOON + index * 1001;
      blog.posts.create(draft(fields));
    }
    const other = await roundTrip();
    for (const { path: address } of HOSTILE) {
      const { id: _, version: __, ...post } = blog.posts.byPath(address!)!;
      expect(other.posts.byPath(address!)).toMatchObject(post);
    }
    expect(readFileSync(other.media.find('ä b/ü.txt')!.file, 'utf8')).toBe('text');
    expect(other.media.find('CamelCase.md/a.gif')!.alt).toBe('A "pane"');
    expect(other.media.find('variants/0/1.webp')).toBeUndefined();
    expect(contentOf('first').get('content/crlf.md')).toMatch(/---\n\n\r\n\r\nOne\r\ntwo\r\n$/);
  });

  it('gives the same bytes for any title, text, tag and time', async () => {
    const text = anyText({ maxLength: 40 });
    const posts = fc.array(
      fc.record({
        title: text.map((title) => `t${title}`),
        markdown: text,
        description: text,
        tags: fc.array(text, { maxLength: 3 }),
        authors: fc.array(text, { maxLength: 2 }),
        publishedAtMillis: fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }),
        status: fc.constantFrom('draft', 'published', 'unlisted'),
      }),
      { minLength: 30, maxLength: 30 },
    );
    const given = fc.asyncProperty(posts, async (drafts) => {
      for (const [index, fields] of drafts.entries())
        blog.posts.create(draft({ ...fields, path: `p/${index}` }));
      await roundTrip();
      expect(contentOf('first').size).toBe(31);
    });
    await fc.assert(given, { numRuns: 1, endOnFailure: true });
  });

  it('keeps posts that were deleted, restored and moved, and what redirects to them', async () => {
    const moved = blog.posts.create(draft({ path: 'a' }));
    blog.posts.update(moved.id, 1, draft({ path: 'b' }));
    blog.posts.update(moved.id, 2, draft({ path: 'c' }));
    const gone = blog.posts.create(draft({ path: 'gone', tags: ['x'], aliases: ['went'] }));
    blog.posts.remove(gone.id, 1);
    const back = blog.posts.create(draft({ path: 'back', title: 'Searchable', tags: ['x'] }));
    blog.posts.remove(back.id, 1);
    blog.posts.restore(back.id);
    const other = await roundTrip();
    expect(other.posts.lookup('/a')).toEqual({ kind: 'moved', path: 'c' });
    expect([other.posts.lookup('/gone'), other.posts.lookup('/went')]).toEqual([
      { kind: 'gone' },
      { kind: 'gone' },
    ]);
    expect(other.posts.tags()).toEqual([{ tag: 'x', count: 1 }]);
    expect(other.posts.restore(other.posts.byPath('gone')!.id)).toMatchObject({
      markdown: 'Clear.',
      status: 'published',
    });
  });

  it('has deleted posts as drafts, which a generator does not publish', async () => {
    const statuses = ['published', 'unlisted', 'draft'] as const;
    for (const status of statuses) {
      const { id } = blog.posts.create(draft({ path: status, status }));
      blog.posts.remove(id, 1);
    }
    const other = await roundTrip();
    for (const status of statuses) {
      const file = path.join(blog.folder, `first/content/${status}.md`);
      expect(readFileSync(file, 'utf8')).toContain('\ndraft: true\n');
      expect(other.posts.byPath(status)?.status).toBe(status);
    }
  });

  it('keeps the order of posts with one date, which lists show', async () => {
    for (const name of ['m', 'z', 'a', 'k']) blog.posts.create(draft({ path: name, title: name }));
    const other = await roundTrip();
    expect(other.posts.page().posts.map(({ title }) => title)).toEqual(['k', 'a', 'z', 'm']);
  });

  it('names no language of a post that has the blog’s, and so does what is imported of it', async () => {
    new SettingStore(blog.database).set('language', 'de');
    blog.posts.create(draft({ path: 'none' }));
    blog.posts.create(draft({ path: 'same', language: 'de' }));
    const other = await roundTrip();
    expect(contentOf('first').get('content/none.md')).not.toContain('language:');
    expect(contentOf('first').get('content/same.md')).toContain('\nlanguage: "de"\n');
    expect(['none', 'same'].map((path) => other.posts.byPath(path)!.language)).toEqual([undefined, 'de']);
    // A later export that has lost it takes it away.
    const { id, version } = blog.posts.byPath('same')!;
    blog.posts.update(id, version, draft({ language: '' }));
    await exported(blog, 'third');
    expect(imported(other, 'third')).toMatchObject({ updated: 1 });
    expect(other.posts.byPath('same')!.language).toBeUndefined();
  });

  it('has the settings, the former names of tags, and the redirects, also of addresses that a post has since', async () => {
    const site = new StoredSiteSettings(new SettingStore(blog.database));
    site.save({
      title: '"Ü" \u2028',
      description: '',
      language: 'de',
      author: 'A',
      authorPicture: '/media/a.png',
      accent: '#7a1f4d',
      headPicture: '/media/a.png',
      cardPicture: '',
      timeZone: 'Europe/Berlin',
      menu: 'Now /now\nÄ https://example.org/',
      footer: '© Me',
      typographer: 'off',
      math: 'on',
    });
    const redirects = new Redirects(blog.database, { now: () => NOON });
    redirects.put('/covered', '/ä?q=1#x');
    redirects.put('/away', 'https://example.org/a%20b');
    blog.posts.create(draft({ path: 'covered' }));
    blog.posts.tagNames.rename('Glas', 'glass');
    const other = await roundTrip();
    expect(other.posts.tagNames.nameOf('GLAS')).toBe('glass');
    expect(new StoredSiteSettings(new SettingStore(other.database)).values).toEqual(site.values);
    expect(contentOf('first').get('content/covered.md')).toContain('\ndate: 2026-03-14T12:00:00.000+01:00\n');
    expect(new Redirects(other.database, { now: () => NOON }).find('/away')).toBe(
      'https://example.org/a%20b',
    );
  });

  it('gives the same bytes for posts that came from another generator, feed ids included', async () => {
    importPosts(RUST_BLOG, blog);
    const other = await roundTrip();
    const feedIds = 'SELECT feed_id FROM posts ORDER BY path';
    const ids = (of: TemporaryBlog): unknown[] => of.database.prepare(feedIds).pluck().all();
    expect(ids(other)).toEqual(ids(blog));
    expect(new Set(ids(blog)).size).toBe(4);
  });

  it('has the tags and the text of a note of Obsidian, also if it became a vault itself', async () => {
    const vault = path.join(blog.folder, 'vault');
    mkdirSync(path.join(vault, '.obsidian'), { recursive: true });
    writeFileSync(
      path.join(vault, 'Note.md'),
      '---\ndate: 2026-01-01\ntags: [sun]\n---\n#✅done #a/b/ #c//d #/e #_ #- #été (#no) #1984 ==Mark== ^id\n\n`x ^kept %%kept%%` %%#no%%\n\n```\n#no %%kept%% ^kept\n```\n\nText. ^not_one',
    );
    imported(blog, 'vault');
    const edited = blog.posts.create(
      draft({ path: 'edited', markdown: 'A #word, %%words%% ==here== [[Note]]. ^id\n', tags: ['/e', 'a'] }),
    );
    const other = await roundTrip();
    const { tags, markdown } = other.posts.byPath('note')!;
    expect([tags, markdown]).toEqual([blog.posts.byPath('note')!.tags, blog.posts.byPath('note')!.markdown]);
    expect([...tags].toSorted()).toEqual(['-', '/e', '_', 'a/b', 'c//d', 'sun', 'été', '✅done']);
    expect(other.posts.byPath('edited')).toMatchObject({ tags: edited.tags, markdown: edited.markdown });
    mkdirSync(path.join(blog.folder, 'first/.obsidian'));
    expect(imported(other, 'first')).toMatchObject({ imported: 0, updated: 0, unchanged: 2 });
    expect(imported(blog, 'vault')).toMatchObject({ imported: 0, updated: 0, unchanged: 1 });
  });

  it('names the feed ids that depend on the address, and texts that were never saved', async () => {
    const { id } = blog.posts.create(draft({ path: 'a' }));
    blog.database.exec('UPDATE posts SET feed_id = NULL');
    new UnsavedTexts(blog.database, { now: () => NOON }).put({
      draft: 'd'.repeat(22),
      postId: id,
      version: 1,
      fields: {},
    });
    expect(await exported(blog, 'first')).toMatchObject({ newFeedIds: 1, unsavedTexts: 1 });
    const made = await exported(blog, 'with-address', 'https://example.org/notes');
    expect(made).toMatchObject({ newFeedIds: 0 });
    expect(contentOf('with-address').get('content/a.md')).toContain(
      `\nid: "tag:example.org,2026-03-14:notes/post-${id}"\n`,
    );
  });
});

describe('a folder for an export', () => {
  it('must be empty, and is left as it was if the export fails', async () => {
    blog.posts.create(draft());
    mkdirSync(path.join(blog.folder, 'taken'));
    await exported(blog, 'taken');
    await expect(exported(blog, 'taken')).rejects.toThrow('is not empty. Name a new or an empty folder.');
    await expect(exported(blog, 'glasshouse.db')).rejects.toThrow('is a file.');
    await expect(exported(blog, 'none/there')).rejects.toThrow('There is no folder');
    blog.database.exec('DROP TABLE redirects');
    await expect(exported(blog, 'new')).rejects.toThrow('redirects');
    expect(readdirSync(blog.folder).filter((name) => /new|part/.test(name))).toEqual([]);
  });

  it('lacks media that the blog has lost, and their names are returned', async () => {
    blog.media.put('a.gif', GIF);
    blog.media.put('b.gif', GIF);
    rmSync(blog.media.find('a.gif')!.file);
    expect(await exported(blog, 'first')).toMatchObject({ media: 1, missingMedia: ['a.gif'] });
    expect(existsSync(path.join(blog.folder, 'first/static/media/b.gif'))).toBe(true);
  });
});

describe('importing an export', () => {
  it('changes nothing the second time, and takes what was edited in its files', async () => {
    blog.posts.create(draft({ path: 'a' }));
    const other = await roundTrip();
    const file = path.join(blog.folder, 'first/content/a.md');
    expect(imported(other, 'first')).toMatchObject({ imported: 0, updated: 0, unchanged: 1, mediaFiles: 0 });
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n').replace('Clear.', 'Milky.'));
    writeFileSync(
      path.join(blog.folder, 'first/content/new.md'),
      '---\ntitle: New\ndate: 2026-01-01\n---\nText.',
    );
    expect(imported(other, 'first')).toMatchObject({ imported: 1, updated: 1, unchanged: 0, skipped: [] });
    expect(other.posts.byPath('a')).toMatchObject({
      title: 'Glass',
      markdown: 'Milky.',
      status: 'published',
    });
    expect(other.posts.byPath('new')).toMatchObject({ title: 'New', status: 'published' });
  });

  it('does not depend on the line ends that another system writes', async () => {
    blog.posts.create(draft({ path: 'a', markdown: 'One\ntwo' }));
    const gone = blog.posts.create(draft({ path: 'gone' }));
    blog.posts.remove(gone.id, gone.version);
    await exported(blog, 'first');
    for (const name of ['a', 'gone']) {
      const file = path.join(blog.folder, `first/content/${name}.md`);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    }
    const other = temporaryBlog();
    imported(other, 'first');
    expect(other.posts.byPath('a')!.markdown).toBe('One\ntwo');
    expect(other.posts.lookup('/gone')).toEqual({ kind: 'gone' });
  });

  it('makes a draft of a deleted post whose file says too little', async () => {
    blog.posts.create(draft({ path: 'a' }));
    await exported(blog, 'first');
    const text = '---\ndate: 2026-01-01\ndeleted: 2026-01-02T00:00:00.000Z\n---\n\nText.';
    writeFileSync(path.join(blog.folder, 'first/content/gone.md'), text);
    const other = temporaryBlog();
    imported(other, 'first');
    expect(other.posts.byPath('gone')!.status).toBe('draft');
  });

  it('leaves settings and redirects that are here, and says so', async () => {
    blog.posts.create(draft({ path: 'a' }));
    new Redirects(blog.database, { now: () => NOON }).put('/old', '/a');
    await exported(blog, 'first');
    const other = temporaryBlog();
    const site = new StoredSiteSettings(new SettingStore(other.database));
    site.save({ ...site.values, title: 'Mine' });
    new Redirects(other.database, { now: () => NOON }).put('/old', '/mine');
    expect(imported(other, 'first').notes.map(({ text }) => text)).toEqual([
      'its settings left out: those saved here stay',
      'redirect of /old left out: here it leads to /mine',
    ]);
    expect(new StoredSiteSettings(new SettingStore(other.database)).title).toBe('Mine');
  });

  it('stops at an export that it cannot read', async () => {
    blog.posts.create(draft({ path: 'a' }));
    await exported(blog, 'first');
    const file = path.join(blog.folder, 'first/glasshouse.json');
    writeFileSync(file, '{"format": 2}');
    expect(() => imported(temporaryBlog(), 'first')).toThrow('was written by a newer Glasshouse (format 2)');
    writeFileSync(file, '{');
    expect(() => imported(temporaryBlog(), 'first')).toThrow('is damaged');
  });

  it('removes the posts that the blog was created with, unless they were saved since', async () => {
    blog.posts.create(draft({ path: 'about' }));
    await exported(blog, 'first');
    const other = temporaryBlog();
    expect(seedWelcomePosts({ ...other, now: () => other.clock.now })).toBe(5);
    other.clock.now += HOUR;
    const kept = other.posts.page().posts[0]!;
    other.posts.update(kept.id, 1, draft({ title: 'Mine now', path: kept.path }));
    expect(imported(other, 'first')).toMatchObject({ imported: 1, skipped: [], removedWelcomePosts: 4 });
    expect(other.posts.page().posts.map(({ title }) => title)).toEqual(['Mine now', 'Glass'].toSorted());
    expect(imported(other, 'first')).toMatchObject({ removedWelcomePosts: 0, unchanged: 1 });
  });

  it('is the whole blog: also the about page that a new one was created with is removed', async () => {
    blog.posts.create(draft({ path: 'glass' }));
    await exported(blog, 'first');
    const other = temporaryBlog();
    seedWelcomePosts({ ...other, now: () => other.clock.now });
    expect(imported(other, 'first')).toMatchObject({ imported: 1, removedWelcomePosts: 5 });
    expect(other.posts.lookup('/about').kind).toBe('missing');
  });
});
