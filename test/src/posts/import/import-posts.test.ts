import { beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MediaStore } from '../../../../src/media/media-store.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import { summaryLines, type ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const RUST_BLOG = fileURLToPath(new URL('../../../fixtures/rust-blog', import.meta.url));
const GIF = Buffer.from('GIF89a\x07\x00\x05\x00');

let blog: TemporaryBlog;
let site: string;
beforeEach(() => {
  blog = temporaryBlog();
  site = path.join(blog.folder, 'site');
});

function write(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
  writeFileSync(path.join(site, file), content);
}

function run(directory = site, checksAll = false): ImportSummary {
  return importPosts(directory, { ...blog, checksAll });
}

function figures(summary: ImportSummary): number[] {
  return [summary.imported, summary.updated, summary.unchanged, summary.skipped.length];
}

describe('importing a part of the Rust blog', () => {
  it('imports every post, and gives the reason for each file that is none', () => {
    const summary = run(RUST_BLOG);
    expect(figures(summary)).toEqual([4, 0, 0, 2]);
    expect(summary.skipped).toEqual([
      { file: '_index.md', reason: 'a section, not a post', isFault: false },
      { file: 'releases/latest.md', reason: 'has neither title nor text', isFault: false },
    ]);
    expect(summary.missingImages).toEqual([]);
  });

  it('keeps paths, dates, authors, tags and aliases', () => {
    run(RUST_BLOG);
    expect(blog.posts.byPath('2021/11/01/Rust-1.56.1')).toMatchObject({
      title: 'Announcing Rust 1.56.1',
      publishedAtMillis: Date.UTC(2021, 10, 1),
      updatedAtMillis: Date.UTC(2021, 10, 1),
      authors: ['The Rust Security Response WG'],
      tags: ['release'],
    });
    expect(blog.posts.lookup('/releases/1.56.1')).toEqual({ kind: 'moved', path: '2021/11/01/Rust-1.56.1' });
    expect(blog.posts.lookup('/2021/11/01/Rust-1.56.1.html')).toEqual({
      kind: 'moved',
      path: '2021/11/01/Rust-1.56.1',
    });
  });

  it('imports the pictures beside a post, with their size', () => {
    const summary = run(RUST_BLOG);
    expect(summary.mediaFiles).toBe(1);
    const media = blog.media.find('2021/08/03/GATs-stabilization-push/gats-reactions.png')!;
    expect(readFileSync(media.file)).toEqual(
      readFileSync(path.join(RUST_BLOG, 'content/GATs-stabilization-push/gats-reactions.png')),
    );
  });

  it('changes nothing the second time', () => {
    run(RUST_BLOG);
    const before = blog.database.serialize();
    const second = run(RUST_BLOG);
    expect(figures(second)).toEqual([0, 0, 4, 2]);
    expect(second.mediaFiles).toBe(0);
    expect(blog.database.serialize().equals(before)).toBe(true);
  });

  it('writes only what changed, and the picture that changed with it', () => {
    cpSync(RUST_BLOG, site, { recursive: true });
    run();
    write(
      'content/inside-rust-blog.md',
      readFileSync(path.join(site, 'content/inside-rust-blog.md'), 'utf8').replace('nitty gritty', 'detail'),
    );
    write('content/GATs-stabilization-push/gats-reactions.png', GIF);
    expect(figures(run())).toEqual([0, 2, 2, 2]);
    expect(blog.posts.byPath('2019/10/03/inside-rust-blog')!.html).toContain('detail');
    expect(blog.media.find('2021/08/03/GATs-stabilization-push/gats-reactions.png')).toMatchObject({
      width: 7,
    });
  });
});

describe('importing again', () => {
  beforeEach(() => {
    write('a.md', '---\npath: a\ntitle: A\ndate: 2026-01-01\n---\nOne.');
    run();
  });

  it('leaves alone what its owner edited here', () => {
    const post = blog.posts.byPath('a')!;
    blog.posts.update(post.id, post.version, draft({ title: 'Mine', markdown: 'Mine.' }));
    expect(figures(run())).toEqual([0, 0, 1, 0]);
    write('a.md', '---\npath: a\ntitle: A\ndate: 2026-01-01\n---\nTwo.');
    expect(run().skipped[0]!.reason).toMatch(/^edited here since the import/);
    expect(blog.posts.byPath('a')!.markdown).toBe('Mine.');
  });

  it('takes an unchanged source once more if it becomes another post, unless its owner edited that', () => {
    for (const name of ['b', 'c'])
      write(`${name}.md`, `---\npath: ${name}\ntitle: ${name}\ndate: 2026-01-01\n---\n[x](/d.md)`);
    expect(figures(run())).toEqual([2, 0, 1, 0]);
    const post = blog.posts.byPath('c')!;
    blog.posts.update(post.id, post.version, draft({ title: 'Mine', path: 'c', markdown: 'Mine.' }));
    write('d.md', '---\npath: d\ntitle: D\ndate: 2026-01-01\n---\nText.');
    const summary = run();
    expect(figures(summary)).toEqual([1, 1, 1, 1]);
    expect(summary.skipped[0]).toMatchObject({ file: 'c.md', reason: expect.stringMatching(/^edited here/) });
    expect(['b', 'c'].map((name) => blog.posts.byPath(name)!.markdown)).toEqual(['[x](/d)', 'Mine.']);
    expect(figures(run())).toEqual([0, 0, 3, 1]);
  });

  it('does not restore posts that were deleted here', () => {
    const post = blog.posts.byPath('a')!;
    blog.posts.remove(post.id, post.version);
    write('a.md', '---\npath: a\ntitle: A\ndate: 2026-01-01\n---\nTwo.');
    expect(run().skipped[0]!.reason).toMatch(/^deleted here/);
    expect(blog.posts.lookup('/a').kind).toBe('gone');
  });

  it('follows a change of the source more than once', () => {
    for (const word of ['Two', 'Three']) {
      write('a.md', `---\npath: a\ntitle: A\ndate: 2026-01-01\n---\n${word}.`);
      expect(figures(run())).toEqual([0, 1, 0, 0]);
    }
    expect(blog.posts.byPath('a')!.markdown).toBe('Three.');
  });

  it('finds the post of a source that was renamed, by its id or its text, and keeps its addresses', () => {
    write('b.md', '---\nid: urn:x:1\ntitle: B\ndate: 2026-01-02\n---\nText.');
    run();
    const [a, b] = [blog.posts.byPath('a')!, blog.posts.byPath('b')!];
    rmSync(path.join(site, 'a.md'));
    rmSync(path.join(site, 'b.md'));
    write('a-new.md', '---\npath: a-new\ntitle: A\ndate: 2026-01-01\n---\nOne.');
    write('b-new.md', '---\nid: urn:x:1\ntitle: B\ndate: 2026-01-02\n---\nOther text.');
    expect(figures(run())).toEqual([0, 2, 0, 0]);
    expect(blog.posts.byPath('a-new')).toMatchObject({ id: a.id, feedId: a.feedId });
    expect(blog.posts.byPath('b-new')).toMatchObject({ id: b.id, markdown: 'Other text.' });
    write('a-new.md', '---\npath: a-new\ntitle: A\ndate: 2026-01-01\n---\nTwo.');
    expect(figures(run())).toEqual([0, 1, 1, 0]);
    expect(blog.posts.lookup('/a')).toEqual({ kind: 'moved', path: 'a-new' });
    expect(figures(run())).toEqual([0, 0, 2, 0]);
  });

  it('makes one post of two sources that a renamed one may have become, and another of the second', () => {
    rmSync(path.join(site, 'a.md'));
    write('x.md', '---\npath: x\ntitle: A\ndate: 2026-01-01\n---\nOne.');
    write('y.md', '---\npath: y\ntitle: A\ndate: 2026-01-01\n---\nOne.');
    expect(figures(run())).toEqual([1, 1, 0, 0]);
    expect(figures(run())).toEqual([0, 0, 2, 0]);
    expect(blog.posts.lookup('/a')).toEqual({ kind: 'moved', path: 'x' });
  });

  it('makes another post of a copy, beside the one that it was copied from', () => {
    write('copy.md', '---\npath: copy\ntitle: A\ndate: 2026-01-01\n---\nOne.');
    expect(figures(run())).toEqual([1, 0, 1, 0]);
  });

  it('takes a picture that changed, also of a text that did not or was edited here', () => {
    write('a.md', '---\npath: a\ntitle: A\ndate: 2026-01-01\n---\n![](/x.gif)');
    write('static/x.gif', GIF);
    run();
    expect(blog.posts.byPath('a')!.html).toContain('width="7" height="5"');
    write('static/x.gif', Buffer.from('GIF89a\x08\x00\x05\x00'));
    expect(run()).toMatchObject({ updated: 0, unchanged: 1, mediaFiles: 1 });
    expect(blog.posts.byPath('a')!.html).toContain('width="8" height="5"');
    const post = blog.posts.byPath('a')!;
    blog.posts.update(post.id, post.version, draft({ title: 'Mine', markdown: 'Mine ![](/media/x.gif)' }));
    write('static/x.gif', GIF);
    expect(run()).toMatchObject({ updated: 0, unchanged: 1, mediaFiles: 1 });
    expect(blog.posts.byPath('a')).toMatchObject({ title: 'Mine' });
    expect(blog.posts.byPath('a')!.html).toContain('width="7" height="5"');
    expect(run()).toMatchObject({ unchanged: 1, mediaFiles: 0 });
  });
});

describe('a tree with faults', () => {
  it('imports the rest and names file, line and reason', () => {
    write('good.md', '---\ntitle: Good\ndate: 2026-01-01\n---\nText.');
    write('bad.md', '+++\ntitle = "Bad\n+++\nText.');
    write('plain.md', 'No front matter.');
    write('reserved.md', '---\npath: admin/x\ntitle: R\n---\nText.');
    write('z/same.md', '---\npath: GOOD\ntitle: Same\n---\nText.');
    const summary = run();
    expect(summary.imported).toBe(2);
    expect(summary.hasFaults).toBe(true);
    expect(summary.notes).toContainEqual({
      file: 'z/same.md',
      text: 'GOOD is also the address of good.md: imported at same',
    });
    expect(Object.fromEntries(summary.skipped.map(({ file, reason }) => [file, reason]))).toEqual({
      'bad.md': expect.stringMatching(/^line 2: /),
      'plain.md': 'has no front matter',
      'reserved.md': 'The address "admin/x" is reserved by the blog; choose another.',
    });
  });

  it('skips a post whose address is taken by one that was written here', () => {
    blog.posts.create(draft({ path: 'good', title: 'Mine' }));
    write('good.md', '---\ntitle: Good\ndate: 2026-01-01\n---\nText.');
    expect(run().skipped).toEqual([
      { file: 'good.md', reason: 'The address good belongs to “Mine”, another post.', isFault: true },
    ]);
  });

  it('leaves out aliases that cannot be, and imports the post', () => {
    blog.posts.create(draft({ path: 'mine', title: 'Mine' }));
    write('a.md', '---\ntitle: A\ndate: 2026-01-01\naliases: [b, feed.xml, mine, shared, fine]\n---\nText.');
    write('b.md', '---\ntitle: B\ndate: 2026-01-02\naliases: [shared]\n---\nText.');
    const summary = run();
    expect(summary.imported).toBe(2);
    expect(blog.posts.byPath('a')!.aliases).toEqual(['fine', 'shared']);
    expect(summary.lostAddresses.map(({ text: told }) => told)).toEqual([
      '/b: another post has this address',
      '/feed.xml: The address "feed.xml" is reserved by the blog; choose another.',
      '/shared: another post has the same alias',
      '/mine: belongs to “Mine”',
    ]);
  });

  it('does not follow links out of the tree', () => {
    writeFileSync(path.join(blog.folder, 'secret.txt'), 'secret');
    write(
      'a/index.md',
      '---\ntitle: A\ndate: 2026-01-01\n---\n[s](s.txt) ![t](/t.txt) ![u](../../../secret.txt)',
    );
    mkdirSync(path.join(site, 'static'));
    symlinkSync(path.join(blog.folder, 'secret.txt'), path.join(site, 'a', 's.txt'));
    symlinkSync(path.join(blog.folder, 'secret.txt'), path.join(site, 'static', 't.txt'));
    expect(run().mediaFiles).toBe(0);
    expect(blog.media.list()).toEqual([]);
  });
});

describe('links and pictures of a tree', () => {
  beforeEach(() => {
    write(
      'content/notes/a/index.md',
      '+++\npath = "2026/01/01/A"\ntitle = "A"\n+++\n[b](@/notes/b.md#x) [r]\n\n[r]: ../b.md\n\n![p](p.gif) ![l](/images/l.gif) ![m](gone.png) [c](@/gone.md)',
    );
    write(
      'content/notes/b.md',
      '+++\npath = "2026/01/02/B"\ntitle = "B"\n+++\n{{ chart(id="x") }} and `{{ code(x) }}`',
    );
    write('content/notes/a/p.gif', GIF);
    write('content/notes/a/data/t.csv', 'a,b');
    write('static/images/l.gif', GIF);
  });

  it('become links to posts and media of the blog', () => {
    const summary = run();
    const { html } = blog.posts.byPath('2026/01/01/A')!;
    expect(html).toContain('<a href="/2026/01/02/B#x">b</a> <a href="/2026/01/02/B">r</a>');
    expect(html).toContain('<img src="/media/2026/01/01/A/p.gif" alt="p" width="7" height="5"');
    expect(html).toContain('<img src="/media/images/l.gif" alt="l" width="7" height="5"');
    expect(summary.mediaFiles).toBe(3);
    expect(blog.media.find('2026/01/01/A/data/t.csv')?.contentType).toBe('text/csv; charset=utf-8');
  });

  it('are reported if they are broken or not understood', () => {
    const summary = run();
    expect(summary.missingImages).toEqual([{ file: 'notes/a/index.md', text: 'gone.png' }]);
    expect(summary.notes).toEqual([
      { file: 'notes/a/index.md', text: 'links to @/gone.md, which is not a post of this tree' },
    ]);
    expect(summary.lostEmbeds).toEqual([
      { file: 'notes/b.md', text: 'shortcode {{ chart(id="x") }} left as text' },
    ]);
  });

  it('still work after an edit in the editor', () => {
    run();
    rmSync(site, { recursive: true });
    const post = blog.posts.byPath('2026/01/01/A')!;
    expect(
      blog.posts.update(post.id, post.version, { title: 'A', markdown: post.markdown, status: 'published' })
        .html,
    ).toBe(post.html);
  });
});

describe('a tree of a generator', () => {
  const text = (front: string, body = 'Text.'): string =>
    `---\ntitle: T\ndate: 2026-01-02\n${front}---\n${body}`;
  const leadsTo = (address: string): string | undefined => {
    const found = blog.posts.lookup(address);
    return found.kind === 'moved' ? found.path : found.kind === 'post' ? found.post.path : undefined;
  };

  it('keeps every post of files that differ by their date alone, or are named by nothing else', () => {
    for (const name of ['2018-10-12-update', '2018-11-20-update', '2024-05-01', '2024-05-02', '🎉', '🚀'])
      write(`content/posts/${name}.md`, text(''));
    expect(figures(run())).toEqual([6, 0, 0, 0]);
    expect(leadsTo('/posts/2018-11-20-update')).toBe('posts/2018-11-20-update');
    expect(leadsTo('/posts/%F0%9F%9A%80')).toBe('posts/🚀');
    expect(figures(run())).toEqual([0, 0, 6, 0]);
  });

  it('distinguishes addresses that Zola’s rule makes equal', () => {
    write('config.toml', 'base_url = "https://x.example"\n');
    for (const day of ['10', '11', '12']) write(`content/n/2018-${day}-01-update.md`, text(''));
    const summary = run();
    expect(summary.imported).toBe(3);
    expect(['n/update', 'n/2018-11-01-update', 'n/2018-12-01-update'].map(leadsTo)).toEqual([
      'n/update',
      'n/2018-11-01-update',
      'n/2018-12-01-update',
    ]);
    expect(summary.notes).toHaveLength(2);
  });

  it('redirects from the addresses of Jekyll 4.3, by its defaults and its settings', () => {
    write('_config.yml', 'permalink: /blog/:year/:title/\n');
    write('_posts/2024-01-03-sorted.md', text('categories: [notes, tools]\n'));
    write('_posts/2024-01-04-own.md', text('permalink: /essays/own.html\n'));
    write('_posts/2024-01-05-ordinal.md', text('permalink: ordinal\n'));
    run();
    expect(leadsTo('/2024/01/03/sorted.html')).toBe('2024/01/03/sorted');
    expect(leadsTo('/blog/2026/sorted/')).toBe('2024/01/03/sorted');
    expect(leadsTo('/essays/own.html')).toBe('essays/own.html');
    write('_config.yml', 'title: x\n');
    write('_posts/2024-01-03-other.md', text('categories: notes tools\n'));
    run();
    expect(leadsTo('/notes/tools/2026/01/02/other.html')).toBe('2024/01/03/other');
    expect(blog.posts.byPath('2024/01/03/other')!.tags).toEqual(['notes', 'tools']);
  });

  it('redirects from the addresses of Hugo: aliases beside the page, permalinks by section', () => {
    write('hugo.toml', '[permalinks]\nposts = "/:year/:month/:slug/"\n');
    write('content/posts/first-one.md', text('aliases: ["/old/first.html", "older"]\n'));
    run();
    for (const address of [
      '/old/first.html',
      '/posts/older/',
      '/2026/01/first-one/',
      '/posts/first-one/index.html',
    ])
      expect([address, leadsTo(address)]).toEqual([address, 'posts/first-one']);
  });

  it('imports no empty section index and no file that is not text', () => {
    write('content/posts/index.md', text('', ''));
    write('content/posts/a.md', text(''));
    write('content/posts/utf16.md', Buffer.from(`\ufeff${text('')}`, 'utf16le'));
    write('content/posts/picture.md', Buffer.from(`${text('')}\u0000\u00ff`, 'latin1'));
    const summary = run();
    expect(summary.imported).toBe(2);
    expect(summary.skipped).toEqual([
      { file: 'posts/index.md', reason: 'a section page without text', isFault: false },
      { file: 'posts/picture.md', reason: expect.stringContaining('save it as UTF-8'), isFault: true },
    ]);
  });

  it('fails when it has no post at all', () => {
    write('README.md', 'Nothing here.');
    write('site.ghost.json', '{}');
    const summary = run();
    expect(summary.hasFaults).toBe(true);
    expect(summary.notes).toEqual([
      { file: 'site.ghost.json', text: 'looks like an export: import it by the name of its file' },
    ]);
  });

  it('reports what will be broken, again if everything is imported', () => {
    write(
      'a.md',
      text(
        '',
        '[dead](/nowhere) [ok](/b) [feed](/feed.atom) ![gone](gone.png) <Chart /> {{< chart 1 >}} <iframe src="https://x.example"></iframe>',
      ),
    );
    write('b.md', text(''));
    const told = (summary: ImportSummary): unknown =>
      [summary.deadLinks, summary.missingImages].map((rows) => rows.map(({ text: each }) => each));
    const first = run();
    expect(told(first)).toEqual([['/nowhere'], ['gone.png']]);
    expect(first.lostEmbeds.map(({ text: each }) => each)).toEqual([
      'shortcode {{< chart 1 >}} left as text',
      'component <Chart> is unknown and shows nothing',
      '<iframe> becomes a link: the blog embeds no foreign content',
    ]);
    expect(summaryLines(first, { all: false, seconds: 0 }).at(-1)).toBe(
      'Broken in these posts: 1 dead link, 1 missing picture, 3 lost embeds.',
    );
    expect(told(run())).toEqual([[], []]);
    const again = run(site, true);
    expect([told(again), figures(again)]).toEqual([told(first), [0, 0, 2, 0]]);
  });

  it('finds what earlier versions put at another address, and leaves an alias there', () => {
    write('content/posts/2018-10-12-update.md', text(''));
    run();
    const post = blog.posts.byPath('posts/2018-10-12-update')!;
    // As the version before had it.
    const moved = blog.posts.update(post.id, post.version, { ...post, path: 'posts/update' });
    blog.database
      .prepare("UPDATE imported_posts SET path_key = 'posts/update', post_version = ?, source_sha256 = 'x'")
      .run(moved.version);
    expect(figures(run())).toEqual([0, 1, 0, 0]);
    expect(blog.posts.byPath('posts/2018-10-12-update')!.id).toBe(post.id);
    expect(leadsTo('/posts/update')).toBe('posts/2018-10-12-update');
  });
});

describe('the id of an imported post', () => {
  const idOf = (path: string): string | undefined => blog.posts.byPath(path)!.feedId;
  it('does not depend on the order or the blog, and stays when the post moves', () => {
    write('b.md', '---\ntitle: B\ndate: 2026-02-01\n---\nText.');
    run();
    const b = idOf('b')!;
    expect(b).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    const other = temporaryBlog();
    write('a.md', '---\ntitle: A\ndate: 2026-01-01\n---\nText.');
    importPosts(site, other);
    expect(other.posts.byPath('b')!.feedId).toBe(b);
    expect(other.posts.byPath('a')!.feedId).not.toBe(b);
    const post = blog.posts.byPath('b')!;
    blog.posts.update(post.id, post.version, { ...post, path: 'elsewhere', title: 'Another' });
    expect(idOf('elsewhere')).toBe(b);
  });

  it.each([
    ['guid: https://old.example/?p=12', 'https://old.example/?p=12'],
    ['uuid: 6BA7B810-9DAD-11D1-80B4-00C04FD430C8', 'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    ['id: tag:old.example,2020:x', 'tag:old.example,2020:x'],
  ])('is the one of its front matter: %s', (line, id) => {
    write('a.md', `---\ntitle: A\ndate: 2026-01-01\n${line}\n---\nText.`);
    run();
    expect(idOf('a')).toBe(id);
  });

  it('is a new one if two posts state the same', () => {
    for (const name of ['a', 'b'])
      write(`${name}.md`, '---\ntitle: A\ndate: 2026-01-01\nguid: x:1\n---\nText.');
    run();
    expect([idOf('a'), idOf('b')!.startsWith('urn:uuid:')]).toEqual(['x:1', true]);
  });
});

describe('an address of the generator that no post can have', () => {
  it.each([
    ['hugo.toml', 'baseURL = "https://old.example/"\n', 'content/odd/c#.md', '', 'odd/c#'],
    ['_config.yml', '{}\n', '_posts/2024-01-03-x.md', 'categories: [two words]', 'two words/2024/01/03/x'],
  ])('is told: %s', (settings, text, file, front, address) => {
    write(settings, text);
    write(file, `---\ntitle: C\ndate: 2024-01-03\n${front}\n---\nText.`);
    expect(run().lostAddresses.map(({ text: told }) => told)).toEqual([
      expect.stringContaining(`/${address}: The address`),
    ]);
  });
});

describe('an import that stops', () => {
  it('without disk space for a picture imports post and picture the next time', () => {
    write('a/index.md', '---\ntitle: A\ndate: 2026-01-01\n---\n![p](p.gif)');
    write('a/p.gif', GIF);
    // A file stands where the folder of media should be: as on a full disk, no write succeeds.
    const folder = path.join(blog.folder, 'taken');
    writeFileSync(folder, '');
    const full = new MediaStore(blog.database, { folder });
    expect(() => importPosts(site, { ...blog, media: full })).toThrow(
      expect.objectContaining({ code: expect.any(String) }),
    );
    expect(blog.posts.byPath('a')).toBeUndefined();
    const summary = run();
    expect([summary.imported, summary.mediaFiles, summary.missingImages]).toEqual([1, 1, []]);
    expect(figures(run())).toEqual([0, 0, 1, 0]);
  });

  it('at any point is completed by the next one: no post twice, every file in place', () => {
    const count = 60;
    for (let post = 0; post < count; post++) {
      write(`p${post}/index.md`, `---\ntitle: P${post}\ndate: 2026-01-01\n---\n![p](p.gif)`);
      write(`p${post}/p.gif`, GIF);
    }
    // Within the first batch, within the second, and behind the last post.
    for (const stop of [30, 55, count])
      expect(() =>
        importPosts(site, {
          ...blog,
          onProgress: (done) => {
            if (done === stop) throw new Error('stopped');
          },
        }),
      ).toThrow('stopped');
    expect(figures(run())).toEqual([0, 0, count, 0]);
    const posts = blog.database.prepare('SELECT count(*), count(DISTINCT feed_id) FROM posts').raw().get();
    expect(posts).toEqual([count, count]);
    expect(blog.media.list({ limit: 2 * count })).toHaveLength(count);
    expect(readdirSync(path.join(blog.folder, 'media'), { recursive: true })).toHaveLength(2 * count);
  });
});

describe('an import after time has passed or the settings have changed', () => {
  const statusOf = (post: string): string => blog.posts.byPath(post)!.status;

  it('hides what has expired since', () => {
    write('a.md', '---\ntitle: A\ndate: 2026-01-01\nexpiryDate: 2026-06-01\n---\nText.');
    const at = (now: string) => importPosts(site, { ...blog, now: () => Date.parse(now) });
    at('2026-03-01');
    expect(statusOf('a')).toBe('published');
    expect(figures(at('2026-07-01'))).toEqual([0, 1, 0, 0]);
    expect(statusOf('a')).toBe('draft');
    expect(figures(at('2026-07-02'))).toEqual([0, 0, 1, 0]);
  });

  it('hides what its section hides', () => {
    write('hugo.toml', 'baseURL = "https://old.example/"\n');
    write('content/s/a.md', '---\ntitle: A\ndate: 2026-01-01\n---\nText.');
    run();
    write('content/s/_index.md', '---\ntitle: S\ndraft: true\n---\n');
    run();
    expect(statusOf('s/a')).toBe('draft');
  });

  it('reports a text that is not Markdown, and fails', () => {
    write('_config.yml', 'title: x\n');
    write('_posts/2026-01-01-page.html', '---\ntitle: A\n---\n<p>Text.</p>');
    write('_posts/2026-01-01-a.md', '---\ntitle: A\n---\nText.');
    write('index.html', '---\nlayout: home\n---\n');
    expect(run().skipped).toEqual([
      { file: '_posts/2026-01-01-page.html', reason: 'not Markdown: convert it first', isFault: true },
    ]);
  });
});
