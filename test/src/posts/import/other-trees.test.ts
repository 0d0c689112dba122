import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const GIF = Buffer.from('GIF89a\x07\x00\x05\x00');

let blog: TemporaryBlog;
let site: string;
beforeEach(() => {
  blog = temporaryBlog();
  site = path.join(blog.folder, 'site');
});

function run(files: Readonly<Record<string, string | Buffer>>): ImportSummary {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
    writeFileSync(path.join(site, file), content);
  }
  return importPosts(site, { ...blog, now: () => blog.clock.now });
}

function expectStill(): void {
  const before = blog.database.serialize();
  const second = run({});
  expect([second.imported, second.updated, second.mediaFiles]).toEqual([0, 0, 0]);
  expect(blog.database.serialize().equals(before)).toBe(true);
}

const matter = (more: string, body: string): string => `---\n${more}\n---\n${body}`;

describe('a vault of Obsidian', () => {
  const VAULT = {
    '.obsidian/app.json': '{}',
    'Notes/Clear Glass.md': matter(
      'date: 2026-01-01',
      'See [[Light]], [[light|the light]], [[Notes/Light#Of day|day]], [[#Here]], [[Secret]] and [[Nowhere]].\n\n![[pane.gif|A pane|30]] ![[pane.gif|30x20]] ![[pane.gif|Figure 1]] ![[pane.gif]] ![[Light]] ![[paper.pdf]]\n\nA ==mark== and %% private %% words. \uE0040\uE005 ^block-1\n\n%%\nprivate\n```\nprivate\n```\n%%\n\n`[[Light]] %%kept%%`\n\n> [!note] Mind\n> Text',
    ),
    'Notes/Light.md': matter('publish: true\ntags: [sun]', '## Of day\n\nText.'),
    'Notes/Secret.md': matter('tags: [diary]', 'Private.'),
    'Notes/Hidden.md': matter('date: 2026-01-01\npublish: false', 'Private.'),
    'Notes/Plain.md': 'No front matter: private.',
    'Files/pane.gif': GIF,
    'Files/paper.pdf': '%PDF',
  };

  it('becomes posts whose links, embeds and pictures work', () => {
    const summary = run(VAULT);
    expect(blog.posts.byPath('Notes/clear-glass')!.markdown).toBe(
      `See [Light](/Notes/Light), [the light](/Notes/Light), [day](/Notes/Light#of-day), [Here](#here), [Secret](/Notes/Secret) and Nowhere.

<img src="/Files/pane.gif" alt="A pane" width="30"> <img src="/Files/pane.gif" alt="" width="30"> ![Figure 1](/Files/pane.gif) ![](/Files/pane.gif) [Light](/Notes/Light) [paper.pdf](/Files/paper.pdf)

A <mark>mark</mark> and  words. \uE0040\uE005



\`[[Light]] %%kept%%\`

> **Mind**
>
> Text`,
    );
    expect(blog.posts.byPath('Notes/clear-glass')!.html).toContain('src="/media/Files/pane.gif"');
    expect(summary.mediaFiles).toBe(2);
    expect(summary.notes.map(({ text }) => text)).toContain(
      'links to [[Nowhere]], which is not a post of this tree',
    );
    expectStill();
  });

  it('shows no private words, and only notes with a date or `publish: true`', () => {
    run(VAULT);
    const states = ['Clear-Glass', 'Light', 'Secret', 'Hidden', 'Plain'].map(
      (name) => blog.posts.byPath(`Notes/${name}`)?.status,
    );
    expect(states).toEqual(['published', 'unlisted', 'draft', 'draft', undefined]);
    expect(blog.posts.byPath('Notes/Clear-Glass')!.html).not.toContain('private');
  });
});

describe('a tree of Eleventy', () => {
  it('has the data of its folders, and addresses without dates', () => {
    const summary = run({
      'eleventy.config.js': 'export default () => {};',
      'content/blog/blog.json':
        '{"tags": ["posts"], "lang": "de", "permalink": "/essays/{{ page.fileSlug }}/"}',
      'content/blog/notes/notes.11tydata.json': '{"eleventyExcludeFromCollections": true}',
      'content/blog/js/js.11tydata.js': 'module.exports = {};',
      'content/blog/js/d.md': matter('title: D\ndate: 2024-01-01', 'Text.'),
      'content/blog/2024-01-02-a.md': matter('title: A\ntags: [glass]', 'Text.'),
      'content/blog/notes/b.md': matter(
        'title: B\ndate: 2024-01-01\npermalink: "{{ title | slugify }}/index.html"',
        'Text.',
      ),
      'content/2024-01-03-c.md': matter('title: C', 'Text.'),
      'content/index.html': '---\ntitle: List\n---\n',
      'content/off.md': matter('title: Off\ndate: 2024-01-01\npermalink: false', 'Text.'),
    });
    expect(summary).toMatchObject({ imported: 5, skipped: [] });
    expect(blog.posts.byPath('essays/a')).toMatchObject({
      tags: ['glass'],
      language: 'de',
      status: 'published',
    });
    expect(blog.posts.byPath('b')).toMatchObject({ status: 'unlisted', tags: [] });
    expect(blog.posts.byPath('c')).toMatchObject({ publishedAtMillis: Date.UTC(2024, 0, 3) });
    expect(blog.posts.byPath('off')!.status).toBe('draft');
    expect(summary.notes).toContainEqual({
      file: 'blog/js/js.11tydata.js',
      text: 'is not read: it may hide posts, or have their addresses and tags',
    });
    expectStill();
  });
});

describe('a tree of Astro', () => {
  it('has dates, drafts and the picture above the text', () => {
    const summary = run({
      'astro.config.mjs': 'export default {};',
      'src/content/blog/a.md': matter(
        "title: A\npubDate: 'Jul 08 2022'\nupdatedDate: 2022-08-01\nheroImage: '../../assets/hero.gif'",
        'Text.',
      ),
      'src/content/blog/b.mdx': matter(
        'title: B\npubDate: 2022-07-09\ndraft: true\nheroImage: /b.gif',
        '<Chart />',
      ),
      'src/assets/hero.gif': GIF,
      'public/b.gif': GIF,
    });
    expect(summary).toMatchObject({ imported: 2, mediaFiles: 2, missingImages: [] });
    expect(summary.unknownKeys.size).toBe(0);
    const post = blog.posts.byPath('blog/a')!;
    expect(post).toMatchObject({
      publishedAtMillis: Date.UTC(2022, 6, 8),
      updatedAtMillis: Date.UTC(2022, 7, 1),
      markdown: '![](<../../assets/hero.gif>)\n\nText.',
    });
    expect(post.html).toContain('src="/media/assets/hero.gif"');
    expect(blog.posts.byPath('blog/b')!.status).toBe('draft');
    expectStill();
  });
});

describe('posts of Next', () => {
  it('have their dates and pictures', () => {
    const summary = run({
      '_posts/a.md': matter(
        'title: A\npublishedAt: 2024-05-06\nsummary: In short\ncoverImage: /b.gif\nauthor:\n  name: Ada',
        'Text.',
      ),
      'public/b.gif': GIF,
    });
    expect(summary).toMatchObject({ imported: 1, mediaFiles: 1 });
    expect(blog.posts.page().posts[0]).toMatchObject({ title: 'A', publishedAtMillis: Date.UTC(2024, 4, 6) });
  });
});

describe('block ids of a note', () => {
  it.each([
    ['^first\nText.', '\nText.'],
    ['Text. ^id-1  \nMore. ^id2', 'Text.\nMore.'],
    ['2 ^3 `code`, `code` ^end', '2 ^3 `code`, `code`'],
    ['2 ^3`code`', '2 ^3`code`'],
    ['`a ^kept`\n\n```\na ^kept\n```', '`a ^kept`\n\n```\na ^kept\n```'],
    ['x^2\na ^b_c', 'x^2\na ^b_c'],
  ])('%j', (text, shown) => {
    run({ '.obsidian/app.json': '{}', 'Note.md': `---\ndate: 2026-01-01\n---\n${text}` });
    expect(blog.posts.byPath('note')!.markdown.trim()).toBe(shown.trim());
  });
});

describe('tags in the text of a note', () => {
  const BODY =
    'A #pane of #glass/clear, #été, #1st; #123 a#b [x #link](/y#z) [[N #wiki]] https://a.example/#url `#code`\n^own-line\n\n```\n#fenced\n```\n\n    #indented\n\n<i title=" #html">x</i> <!-- #hidden --> %% #private %%\n\n# Heading\n\n#last';

  it('are tags of the post, in a vault only; a second import changes nothing', () => {
    const note = { 'Note.md': `---\ndate: 2026-01-01\ntags: [pane, sun]\n---\n${BODY}` };
    run({ '.obsidian/app.json': '{}', ...note });
    const post = blog.posts.byPath('note')!;
    expect([...post.tags].toSorted()).toEqual(['1st', 'glass/clear', 'last', 'pane', 'sun', 'été']);
    expect(post.markdown).toContain('A #pane of #glass/clear');
    expect(post.markdown).not.toContain('^own-line');
    expect(run({ '.obsidian/app.json': '{}', ...note }).unchanged).toBe(1);
  });

  it.each([
    // As Obsidian has them: forum.obsidian.md/t/12949, help.obsidian.md/tags.
    ['#✅done #a… #b—c #d’s', ['a', 'b', 'd', '✅done']],
    ['#x.y #x:z #x,', ['x']],
    ['$x #a$ $$ #b $$ $5 #c', ['c']],
    ['(#braced) **#bold** /#slashed \\#escaped a#b', []],
    ['#1984 #y1984 #1984y #2026/12', ['1984y', '2026/12', 'y1984']],
    ['#kebab-case #snake_case #parent/child/', ['kebab-case', 'parent/child', 'snake_case']],
    ['#- #_ #/x #b//c # #/', ['-', '/x', '_', 'b//c']],
  ])('are what Obsidian takes for one: %s', (text, tags) => {
    run({ '.obsidian/app.json': '{}', 'Note.md': `---\ndate: 2026-01-01\n---\n${text}` });
    expect([...blog.posts.byPath('note')!.tags].toSorted()).toEqual(tags);
  });

  it('are words elsewhere', () => {
    run({ 'Note.md': `---\ntitle: Note\ndate: 2026-01-01\ntags: [sun]\n---\n${BODY}` });
    expect(blog.posts.byPath('note')!.tags).toEqual(['sun']);
  });
});

describe('a note without a title', () => {
  it('is named as its file is written', () => {
    run({ '.obsidian/app.json': '{}', 'Notes/My Note.md': '---\npublish: true\n---\nText.\n' });
    expect(blog.posts.byPath('Notes/my-note')).toMatchObject({ title: 'My Note' });
  });
});

describe('what is broken in a tree', () => {
  it('is no link that the blog leads on, as generators write them', () => {
    const { deadLinks } = run({
      '_config.yml': 'title: Old\n',
      '_posts/2024-01-02-first.md': '---\ntitle: First\ncategories: news\n---\nFirst.\n',
      '_posts/2024-01-03-second.md':
        '---\ntitle: Second\n---\n[a](/news/2024/01/02/first.html) [b](/news/2024/01/02/first/index.html) [c](/news/2024/01/02/none.html)\n',
    });
    expect(deadLinks.map(({ text }) => text)).toEqual(['/news/2024/01/02/none.html']);
    expect(blog.posts.lookup('/news/2024/01/02/first.html').kind).toBe('moved');
    expect(blog.posts.lookup('/news/2024/01/02/first/index.html').kind).toBe('moved');
  });
});
