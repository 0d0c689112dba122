import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { Post } from '../../../../src/posts/post.ts';
import { temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const SETTINGS = `collections:
  recipes: { output: true }
defaults:
  - scope: { path: notes, type: posts }
    values: { author: Notes author, published: true }
  - scope: { path: '' }
    values: { layout: d, author: Anybody, lang: de, published: true, permalink: '/:title/' }
  - scope: { path: '', type: posts }
    values: { author: Posts author, categories: [blog], tags: [all], permalink: '/p/:year/:title/' }
  - scope: { path: '', type: recipes }
    values: { author: Cook, permalink: '/eat/:name/' }
  - scope: { path: _posts/2024-01-03 }
    values: { lang: fr, published: false }
  - scope: { type: posts }
    values: { description: Typed }
  - scope: { path: /_posts/2024-01-05-own.md }
    values: { permalink: /own/address/ }
  - scope: { path: notes, type: drafts }
    values: { description: Drafted }
  - scope: { path: '*/_posts/*-globbed.md' }
    values: { lang: it }
  - scope: { path: fixed }
    values: { permalink: /fixed/ }
  - scope: { path: fixed/_posts/2024-01-07-one.md }
    values: { permalink: /one/ }
  - not a scope
`;
const TEXTS = [
  ['_posts/2024-01-01-plain.md', ''],
  ['_posts/2024-01-02-mine.md', 'author: Me\ncategories: x\ntags: [y]\n'],
  ['_posts/2024-01-03-hidden.md', ''],
  ['_posts/2024-01-03-shown.md', 'published: true\n'],
  ['_posts/2024-01-05-own.md', ''],
  ['notes/_posts/2024-01-04-note.md', ''],
  ['notes/_posts/2024-01-06-globbed.md', ''],
  ['fixed/_posts/2024-01-07-one.md', ''],
  ['fixed/_posts/2024-01-08-other.md', ''],
  ['_recipes/soup.md', 'date: 2024-01-09\n'],
] as const;

/** As Jekyll 4.3.1 builds these texts: address, author, language, tags and categories without those of folders, description. */
const BUILT = [
  ['/p/2024/plain/', 'Posts author', 'de', 'all,blog', 'Typed'],
  ['/p/2024/mine/', 'Me', 'de', 'y,blog,x', 'Typed'],
  ['/p/2024/shown/', 'Posts author', 'fr', 'all,blog', 'Typed'],
  ['/p/2024/own/', 'Posts author', 'de', 'all,blog', 'Typed'],
  ['/note/', 'Notes author', 'de', 'all,blog', 'Typed'],
  ['/globbed/', 'Notes author', 'it', 'all,blog', 'Typed'],
  ['/one/', 'Posts author', 'de', 'all,blog', 'Typed'],
  ['/eat/soup/', 'Cook', 'de', '', undefined],
] as const;

describe('defaults of _config.yml', () => {
  let blog: TemporaryBlog;
  beforeAll(() => {
    blog = temporaryBlog();
    const site = path.join(blog.folder, 'site');
    for (const [file, front] of [['_config.yml', ''], ...TEXTS] as const) {
      mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
      const text = file === '_config.yml' ? SETTINGS : `---\ntitle: T\n${front}---\nText.\n`;
      writeFileSync(path.join(site, file), text);
    }
    importPosts(site, { ...blog, now: () => blog.clock.now });
  });

  function shownAt(address: string): Post | undefined {
    let found = blog.posts.lookup(address);
    if (found.kind === 'moved') found = blog.posts.lookup(`/${found.path}`);
    return found.kind === 'post' ? found.post : undefined;
  }

  it.each(BUILT)(
    'give the text at %s what Jekyll gives it',
    (address, author, language, tags, description) => {
      expect(shownAt(address)).toMatchObject({
        authors: [author],
        language,
        tags: tags === '' ? [] : tags.split(','),
        description,
      });
    },
  );

  it('hide a text unless it says otherwise itself, and give no address to several texts', () => {
    expect(blog.posts.byPath('2024/01/03/hidden')).toMatchObject({ status: 'draft' });
    expect(blog.posts.byPath('2024/01/03/shown')).toMatchObject({ status: 'published' });
    expect(blog.posts.byPath('2024/01/08/other')).toBeDefined();
    expect(shownAt('/fixed/')).toBeUndefined();
  });
});
