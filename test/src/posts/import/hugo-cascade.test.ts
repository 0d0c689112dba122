import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { globOf } from '../../../../src/posts/import/glob.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import { temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

describe('globOf', () => {
  it.each([
    ['/posts/**', '/posts/a/b', true],
    ['/posts/**', '/pages/a', false],
    ['/posts/*', '/posts/a', true],
    ['/posts/*', '/posts/a/b', false],
    ['{/posts,/posts/**}', '/posts', true],
    ['{/a,/b/{c,d}/*}', '/b/d/x', true],
    ['{/a,/b/{c,d}/*}', '/b/e/x', false],
    ['/**/draft-[0-9]?', '/x/y/draft-12', true],
    ['/[!p]*', '/posts', false],
    ['/[!p]*', '/notes', true],
    [String.raw`/a\*`, '/a*', true],
    [String.raw`/a\*`, '/ab', false],
    ['/a.b+(c)|d', '/a.b+(c)|d', true],
    ['/[z-a]', '/z', false],
    ['/{open', '/open', true],
    ['/POSTS/**', '/posts/x', true],
    ['/a,b}', '/a,b}', true],
  ])('%s and %s: %s', (pattern, place, isMatch) => {
    expect(globOf(pattern).test(place)).toBe(isMatch);
  });

  it('reads a hostile pattern in linear time', () => {
    expect(globOf(`/${'{'.repeat(500)}${'*'.repeat(500)}${'['.repeat(500)}`).test('/x')).toBe(false);
  });
});

describe('a cascade of Hugo', () => {
  let blog: TemporaryBlog;
  beforeEach(() => {
    blog = temporaryBlog();
  });

  function run(files: Readonly<Record<string, string>>): ReturnType<typeof importPosts> {
    for (const [file, content] of Object.entries(files)) {
      const place = path.join(blog.folder, 'old', file);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, content);
    }
    return importPosts(path.join(blog.folder, 'old'), { ...blog, now: () => blog.clock.now });
  }
  const post = (front = ''): string => `---\ntitle: T\ndate: 2024-01-01\n${front}---\nText.`;
  const statuses = (...paths: readonly string[]): readonly (string | undefined)[] =>
    paths.map((each) => blog.posts.byPath(each)?.status);

  it('reaches the pages that its targets name, by path, kind, language and environment', () => {
    run({
      'hugo.yaml': `baseURL: https://old.example/
languages: {en: {}, de: {}}
cascade:
- _target: {path: '/posts/**'}
  author: Ada
  tags: [one, two]
- _target: {path: '{/notes,/notes/**}', kind: page}
  draft: true
- _target: {path: '/pages/**', kind: '{section,term}'}
  draft: true
- target: {lang: de}
  build: {render: never}
- _target: {path: '/pages/*', environment: staging}
  draft: true
`,
      'content/posts/a.md': post(),
      'content/posts/deep/my post/index.md': post('tags: [own]\nauthor: Bob\n'),
      'content/posts/german.de.md': post(),
      'content/notes/n.md': post(),
      'content/pages/p.md': post(),
    });
    expect(statuses('posts/a', 'posts/deep/my-post', 'pages/p', 'notes/n')).toEqual([
      'published',
      'published',
      'published',
      'draft',
    ]);
    const [a, own] = ['posts/a', 'posts/deep/my-post'].map((each) => blog.posts.byPath(each)!);
    expect([a!.tags, a!.authors]).toEqual([['one', 'two'], ['Ada']]);
    expect([own!.tags, own!.authors]).toEqual([['own'], ['Bob']]);
    expect(
      blog.posts
        .allForAdmin({ status: 'draft' })
        .posts.map(({ path }) => path)
        .toSorted(),
    ).toEqual(['notes/n', expect.stringContaining('german')]);
  });

  it('of the nearest section counts, and gives no page the address or title of another', () => {
    run({
      'hugo.toml':
        'baseURL = "https://old.example/"\n[[cascade]]\nauthor = "Site"\ndescription = "Of the site"\n',
      'content/posts/_index.md':
        '---\ncascade:\n- _target: {path: /posts/in/**}\n  author: Section\n  title: X\n  slug: x\n  url: /x/\n---\n',
      'content/posts/in/a.md': post(),
      'content/posts/in/b.md': post(),
      'content/posts/c.md': post(),
    });
    expect(
      ['posts/in/a', 'posts/in/b', 'posts/c'].map((each) => {
        const { title, authors, description } = blog.posts.byPath(each)!;
        return [title, authors, description];
      }),
    ).toEqual([
      ['T', ['Section'], 'Of the site'],
      ['T', ['Section'], 'Of the site'],
      ['T', ['Site'], 'Of the site'],
    ]);
  });
});
