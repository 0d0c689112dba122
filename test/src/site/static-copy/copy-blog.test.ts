import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SettingStore } from '../../../../src/db/setting-store.ts';
import { StoredSiteSettings } from '../../../../src/db/site-settings.ts';
import { PostWriter } from '../../../../src/posts/post-writer.ts';
import { TagNames } from '../../../../src/posts/tag-names.ts';
import { Redirects } from '../../../../src/posts/redirects.ts';
import { copyBlog, type CopySummary } from '../../../../src/site/static-copy/copy-blog.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const GIF = Buffer.from('GIF89a\x07\x00\x05\x00');

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function copy(name = 'copy', publicUrl = 'https://blog.example'): Promise<CopySummary> {
  const { database, folder, clock } = blog;
  return copyBlog({
    database,
    dataDir: folder,
    directory: path.join(folder, name),
    publicUrl,
    now: () => clock.now,
  });
}

const fileIn = (name: string, folder = 'copy'): string =>
  readFileSync(path.join(blog.folder, folder, name), 'utf8');

function filesIn(folder = 'copy'): readonly string[] {
  const root = path.join(blog.folder, folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(path.join(root, file)).isFile())
    .toSorted();
}

/** Addresses in pages without a file, looked up as a web server does. */
function deadIn(folder: string, basePath = ''): readonly string[] {
  const root = path.join(blog.folder, folder);
  return filesIn(folder)
    .filter((file) => file.endsWith('.html'))
    .flatMap((file) => [...fileIn(file, folder).matchAll(/(?:href|src)="(\/[^"]*)"/g)])
    .map(([, address]) => decodeURIComponent(address!.replace(/[?#].*$/, '')))
    .filter(
      (address) =>
        !address.startsWith(`${basePath}/`) || !isServed(path.join(root, address.slice(basePath.length))),
    );
}

function isServed(file: string): boolean {
  return existsSync(file) && (statSync(file).isFile() || existsSync(path.join(file, 'index.html')));
}

function fill(): void {
  for (let number = 1; number <= 25; number++)
    blog.posts.create(
      draft({
        path: `2026/03/p${number}`,
        title: `Post ${number}`,
        publishedAtMillis: NOON - number * HOUR,
        tags: ['Glass & light', 'é/x'],
        markdown: `[next](p${number === 25 ? 1 : number + 1}) <a href="../../about?x=1#top">raw</a>`,
      }),
    );
  blog.posts.create(draft({ path: 'about', title: 'About', status: 'unlisted' }));
}

describe('a static copy', () => {
  it('has a file for every address in its pages, and the same bytes on another day', async () => {
    fill();
    const made = await copy();
    expect(made).toMatchObject({ deadLinks: [], left: [] });
    expect(deadIn('copy')).toEqual([]);
    blog.clock.now += 100 * HOUR;
    await copy('again');
    expect(filesIn('again')).toEqual(filesIn());
    for (const file of filesIn()) expect(fileIn(file, 'again')).toBe(fileIn(file));
    expect(filesIn()).toEqual(
      expect.arrayContaining([
        '404.html',
        '2026/03/p1/index.html',
        'about/index.html',
        'archive/2026/03/index.html',
        'feed.atom',
        'feed.json',
        'feed.rss',
        'feeds.opml',
        'index.html',
        'robots.txt',
        'sitemap.xml',
        'tags/Glass & light/feed.rss',
        'tags/é/x/index.html',
      ]),
    );
    expect(filesIn().join()).toMatch(/assets\/fonts\/literata.*assets\/site\.\w+\.css/s);
  });

  it('has pages of lists by number, which lead to each other', async () => {
    fill();
    await copy();
    const list = filesIn().filter((file) => /(?:^|\/)page\//.test(file));
    expect(list).toContain('page/2/index.html');
    expect(list).toContain('tags/Glass & light/page/3/index.html');
    const second = fileIn('page/2/index.html');
    expect(second).toContain('<link rel="canonical" href="https://blog.example/page/2" />');
    expect(second).toContain('<a rel="prev" href="/">');
    expect(second).toContain('<a rel="next" href="/page/3">');
    expect(fileIn('page/3/index.html')).toContain('<a rel="prev" href="/page/2">');
    const shown = ['index.html', 'page/2/index.html', 'page/3/index.html'].flatMap((file) => [
      ...fileIn(file).matchAll(/u-url" href="\/2026\/03\/p(\d+)"/g),
    ]);
    expect(shown.map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 25 }, (_, index) => index + 1),
    );
    expect(filesIn().some((file) => fileIn(file).includes('?before='))).toBe(false);
  });

  it('has nothing that readers cannot open, and no search', async () => {
    blog.media.put('seen.gif', GIF);
    blog.media.put('secret.gif', GIF);
    blog.posts.create(draft({ path: 'seen', markdown: '![](/media/seen.gif)' }));
    blog.posts.create(draft({ path: 'secret-draft', status: 'draft', markdown: '![](/media/secret.gif)' }));
    blog.posts.create(
      draft({ path: 'secret-later', publishedAtMillis: NOON + HOUR, aliases: ['secret-alias'] }),
    );
    const gone = blog.posts.create(draft({ path: 'secret-gone', title: 'Secret' }));
    blog.posts.remove(gone.id, gone.version);
    await copy();
    expect(filesIn()).toContain('media/seen.gif');
    for (const file of filesIn())
      expect(`${file} ${fileIn(file)}`).not.toMatch(/secret|\/search"|opensearch/i);
  });

  it('leads on from former addresses and redirects, as a page or, to a feed, as the feed', async () => {
    const redirects = new Redirects(blog.database, { now: () => NOON });
    const post = blog.posts.create(draft({ path: 'old', aliases: ['ä/x.html'] }));
    blog.posts.update(post.id, 1, draft({ path: 'new', aliases: ['ä/x.html'] }));
    redirects.put('/newest.xml', '/feed.xml');
    redirects.put('/twice', '/old#part');
    redirects.put('/away', 'https://example.org/?a=1&b="2"');
    blog.posts.create(draft({ path: 'tagged', tags: ['New'] }));
    new TagNames(blog.database, new PostWriter(blog.database)).rename('old & odd', 'New');
    expect(await copy()).toMatchObject({ redirects: 13, left: [] });
    expect(fileIn('tags/old & odd/index.html')).toContain('content="0; url=https://blog.example/tags/New"');
    for (const file of ['old/index.html', 'ä/x.html'])
      expect(fileIn(file)).toContain('content="0; url=https://blog.example/new"');
    expect(fileIn('twice/index.html')).toContain('<link rel="canonical" href="https://blog.example/new"');
    expect(fileIn('away/index.html')).toContain('href="https://example.org/?a=1&amp;b=%222%22"');
    expect(fileIn('newest.xml')).toBe(fileIn('feed.atom'));
    expect(fileIn('index.xml')).toBe(fileIn('feed.rss'));
  });

  it('can be below a path of its host', async () => {
    fill();
    const made = await copy('copy', 'https://blog.example/notes');
    expect(made).toMatchObject({ deadLinks: [], left: [] });
    expect(deadIn('copy', '/notes')).toEqual([]);
    expect(fileIn('page/2/index.html')).toContain(
      '<link rel="canonical" href="https://blog.example/notes/page/2" />',
    );
    expect(fileIn('feed.rss')).toContain('https://blog.example/notes/2026/03/p1');
  });

  it('names dead links, and addresses that need the same file', async () => {
    fill();
    blog.posts.create(draft({ path: 'page/2', title: 'Mine', markdown: '[x](/nowhere) [y](/search?q=a)' }));
    const { deadLinks, left } = await copy();
    expect(deadLinks).toEqual([
      { from: '/page/2', to: '/nowhere', pages: 1, isInMenu: false },
      { from: '/page/2', to: '/search', pages: 1, isInMenu: false },
    ]);
    expect(left).toEqual([expect.stringMatching(/^\/\?before=/)]);
    expect(fileIn('page/2/index.html')).toContain('Mine');
  });

  it('names a dead address once, with its pages, and says which are in the menu', async () => {
    for (const path of ['a', 'b', 'c'])
      blog.posts.create(
        draft({ path, title: path, markdown: path === 'a' ? 'x' : '[x](/lost) [y](/lost#z)' }),
      );
    const settings = new StoredSiteSettings(new SettingStore(blog.database));
    settings.save({ ...settings.values, menu: 'Now /now\nFull https://blog.example/notes/full\nA /a' });
    const { deadLinks, pages } = await copy('copy', 'https://blog.example/notes');
    expect(deadLinks).toEqual([
      { from: '/', to: '/now', pages, isInMenu: true },
      { from: '/', to: '/full', pages, isInMenu: true },
      { from: '/b', to: '/lost', pages: 2, isInMenu: false },
    ]);
  });

  it('has the feeds of former names of tags', async () => {
    const { id } = blog.posts.create(draft({ path: 'p', tags: ['Old'] }));
    blog.posts.tagNames.rename('Old', 'New');
    blog.posts.tagNames.rewrite(id - 1);
    await copy();
    for (const format of ['rss', 'atom', 'json'])
      expect(fileIn(`tags/old/feed.${format}`)).toBe(fileIn(`tags/New/feed.${format}`));
  });

  it('tells links to scheduled posts from dead ones', async () => {
    const links = '[x](/nowhere) [y](/later#part) [z](/later-alias) [d](/draft)';
    blog.posts.create(draft({ path: 'early', markdown: links }));
    blog.posts.create(draft({ path: 'draft', status: 'draft' }));
    const atMillis = NOON + HOUR;
    const later = draft({ path: 'later', publishedAtMillis: atMillis, aliases: ['later-alias'] });
    blog.posts.create(later);
    const { deadLinks, earlyLinks } = await copy();
    const ofPost = ({ from }: { readonly from: string }): boolean => from === '/early';
    expect(deadLinks.filter(ofPost).map(({ to }) => to)).toEqual(['/nowhere', '/draft']);
    expect(earlyLinks.filter(ofPost)).toEqual([
      { from: '/early', to: '/later', atMillis, pages: 1, isInMenu: false },
      { from: '/early', to: '/later-alias', atMillis, pages: 1, isInMenu: false },
    ]);
  });

  it('is not made over other files, nor of a blog with a page that fails', async () => {
    mkdirSync(path.join(blog.folder, 'full'));
    writeFileSync(path.join(blog.folder, 'full', 'x'), '');
    await expect(copy('full')).rejects.toThrow('is not empty');
    blog.posts.create(draft());
    blog.database.exec("UPDATE posts SET tags = '{}'");
    await expect(copy()).rejects.toThrow('is not');
    expect(existsSync(path.join(blog.folder, 'copy'))).toBe(false);
  });
});
