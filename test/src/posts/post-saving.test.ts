import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PostDraft } from '../../../src/posts/post.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { PostConflictError, PostDraftError, PostNotFoundError } from '../../../src/posts/post-errors.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function faultOf(save: () => unknown): Pick<PostDraftError, 'field' | 'reason'> | undefined {
  try {
    save();
  } catch (error) {
    if (!(error instanceof PostDraftError)) throw error;
    return { field: error.field, reason: error.reason };
  }
  return undefined;
}

describe('PostStore.create', () => {
  it('renders once and keeps what it was given', () => {
    const post = blog.posts.create(
      draft({
        markdown: 'So *clear*.',
        tags: [' Big  House ', 'big house', ''],
        authors: ['Ada'],
        language: 'DE-at',
      }),
    );
    expect(post).toMatchObject({
      html: '<p>So <em>clear</em>.</p>\n',
      summary: 'So clear.',
      tags: ['Big House'],
      authors: ['Ada'],
      language: 'de-AT',
      version: 1,
    });
  });

  it('makes a path of date and title, and another when that is taken', () => {
    expect(blog.posts.create(draft({ title: 'Über Glas & Licht' })).path).toBe('2026/03/über-glas-licht');
    expect(blog.posts.create(draft({ title: 'Über Glas: Licht!' })).path).toBe('2026/03/über-glas-licht-2');
    expect(blog.posts.create(draft({ title: '???' })).path).toBe('2026/03/post');
  });

  it('makes the address of a draft when it is published, and leaves a chosen one', () => {
    const unsaved = (fields: Partial<PostDraft>): PostDraft => draft({ publishedAtMillis: null, ...fields });
    const first = blog.posts.create(unsaved({ title: 'Notes', status: 'draft' }));
    expect(first.path).toBe('2026/03/notes');
    blog.clock.now = Date.UTC(2026, 4, 2);
    const renamed = blog.posts.update(first.id, 1, unsaved({ title: 'On glass', status: 'draft' }));
    expect(renamed.path).toBe('2026/05/on-glass');
    blog.posts.create(unsaved({ title: 'In light', path: '2026/06/in-light' }));
    blog.clock.now = Date.UTC(2026, 5, 3);
    const shown = blog.posts.update(first.id, 2, unsaved({ title: 'In light' }));
    expect([shown.path, shown.aliases]).toEqual(['2026/06/in-light-2', []]);
    // Readers may know it now.
    const later = blog.posts.update(first.id, 3, unsaved({ title: 'Other' }));
    expect(later.path).toBe('2026/06/in-light-2');
    const moved = blog.posts.update(first.id, 4, unsaved({ title: 'Other', path: 'other' }));
    const again = blog.posts.update(first.id, 5, unsaved({ title: 'Other', path: 'third' }));
    expect([moved.aliases, again.aliases]).toEqual([['2026/06/in-light-2'], ['2026/06/in-light-2', 'other']]);
    const chosen = blog.posts.create(unsaved({ title: 'Notes', status: 'draft', path: 'my/notes' }));
    expect(blog.posts.update(chosen.id, 1, unsaved({ title: 'New' })).path).toBe('my/notes');
  });

  it('publishes now when no time is given, and leaves a draft without one', () => {
    expect(blog.posts.create(draft({ publishedAtMillis: undefined })).publishedAtMillis).toBe(NOON);
    expect(
      blog.posts.create(draft({ title: 'B', status: 'draft', publishedAtMillis: undefined }))
        .publishedAtMillis,
    ).toBeNull();
  });

  it('has no language of its own unless one is given, and loses it with an empty field', () => {
    new SettingStore(blog.database).set('language', 'fr');
    expect(blog.posts.create(draft()).language).toBeUndefined();
    const { id, version, language } = blog.posts.create(draft({ path: 'own', language: 'de' }));
    expect(language).toBe('de');
    const kept = blog.posts.update(id, version, draft({ path: 'own' }));
    expect(kept.language).toBe('de');
    expect(
      blog.posts.update(id, kept.version, draft({ path: 'own', language: ' ' })).language,
    ).toBeUndefined();
  });

  it.each([
    'admin',
    'Admin/x',
    '/media/x',
    'tags',
    'archive/2020',
    'search',
    'feed',
    'feed.rss',
    'feed.xml',
    'health',
    'metrics',
    'sitemap.xml',
    'sitemap-2.xml',
    'robots.txt',
    'assets',
    '2026',
    '2026/03',
    '.well-known/x',
  ])("refuses the blog's own address %s", (path) => {
    expect(faultOf(() => blog.posts.create(draft({ path })))).toEqual({ field: 'path', reason: 'reserved' });
    expect(faultOf(() => blog.posts.create(draft({ aliases: [path] })))).toEqual({
      field: 'aliases',
      reason: 'reserved',
    });
  });

  it.each([
    'a b',
    'a?b',
    'a#b',
    '../a',
    'a/./b',
    'a//b',
    'a\\b',
    'a%20b',
    'a\u0000b',
    'a\u2028b',
    'x'.repeat(301),
  ])('refuses the address %o', (path) => {
    expect(faultOf(() => blog.posts.create(draft({ path })))?.reason).toBe('invalid');
  });

  it('takes addresses that only look like the blog’s own', () => {
    expect(
      ['about', 'administration', 'feeds/mine', '2026/03/x', 'my/tags'].map(
        (path) => blog.posts.create(draft({ path })).path,
      ).length,
    ).toBe(5);
  });

  it('derives an address of whole words from a long title', () => {
    const title =
      'Rye, day three: what the starter taught me about patience, and why the kitchen scale had to move';
    expect(blog.posts.create(draft({ title })).path).toMatch(/patience-and-why-the-kitchen$/);
    expect(blog.posts.create(draft({ title: `Of ${'a'.repeat(100)}` })).path).toMatch(/of-a{77}$/);
  });

  it('refuses an address that another post has, had, or has as a deleted post', () => {
    const post = blog.posts.create(draft({ path: 'one', aliases: ['was/one'] }));
    expect(faultOf(() => blog.posts.create(draft({ path: 'ONE' })))).toEqual({
      field: 'path',
      reason: 'taken',
    });
    expect(faultOf(() => blog.posts.create(draft({ path: 'was/One' })))).toEqual({
      field: 'path',
      reason: 'taken',
    });
    expect(faultOf(() => blog.posts.create(draft({ path: 'two', aliases: ['one'] })))).toEqual({
      field: 'aliases',
      reason: 'taken',
    });
    blog.posts.remove(post.id, post.version);
    expect(() => blog.posts.create(draft({ path: 'one' }))).toThrow(
      /“Glass”, a deleted post, which can be restored/,
    );
  });

  it('names the other post as text, without the backticks of code in its title', () => {
    blog.posts.create(draft({ title: 'The `nvptx64` target', path: 'one' }));
    expect(() => blog.posts.create(draft({ path: 'one' }))).toThrow(
      'The address one belongs to “The nvptx64 target”, another post.',
    );
  });

  it.each([
    [{ title: ' \n ' }, 'title'],
    [{ language: 'not a language' }, 'language'],
    [{ publishedAtMillis: Number.NaN }, 'publishedAtMillis'],
    [{ publishedAtMillis: 1e16 }, 'publishedAtMillis'],
  ])('refuses %o', (fields, field) => {
    expect(faultOf(() => blog.posts.create(draft(fields)))?.field).toBe(field);
    expect(blog.posts.counts().published).toBe(0);
  });
});

describe('PostStore.update', () => {
  it('keeps what the draft does not mention', () => {
    const post = blog.posts.create(
      draft({
        path: 'a',
        tags: ['x'],
        authors: ['Ada'],
        aliases: ['b'],
        description: 'Short.',
        language: 'de',
      }),
    );
    const saved = blog.posts.update(post.id, 1, { title: 'New', markdown: 'New text.', status: 'published' });
    expect(saved).toMatchObject({
      path: 'a',
      tags: ['x'],
      authors: ['Ada'],
      aliases: ['b'],
      summary: 'Short.',
      language: 'de',
      publishedAtMillis: NOON - HOUR,
      version: 2,
    });
    expect(blog.posts.update(post.id, 2, draft({ description: '' })).summary).toBe('Clear.');
  });

  it('refuses the second of two saves from one version and shows what the first left', () => {
    const post = blog.posts.create(draft());
    blog.posts.update(post.id, 1, draft({ markdown: 'First.' }));
    let conflict: unknown;
    try {
      blog.posts.update(post.id, 1, draft({ markdown: 'Second.' }));
    } catch (error) {
      conflict = error;
    }
    expect(conflict).toBeInstanceOf(PostConflictError);
    expect((conflict as PostConflictError).current).toMatchObject({ markdown: 'First.', version: 2 });
    expect(blog.posts.byId(post.id)!.markdown).toBe('First.');
  });

  it('redirects from every earlier address, and frees one that the post takes back', () => {
    const post = blog.posts.create(draft({ path: 'one' }));
    blog.posts.update(post.id, 1, draft({ path: 'two' }));
    blog.posts.update(post.id, 2, draft({ path: 'three' }));
    expect(['one', 'two'].map((path) => blog.posts.lookup(path))).toEqual([
      { kind: 'moved', path: 'three' },
      { kind: 'moved', path: 'three' },
    ]);
    const back = blog.posts.update(post.id, 3, draft({ path: 'one' }));
    expect(back.aliases).toEqual(['three', 'two']);
    expect(blog.posts.lookup('one').kind).toBe('post');
  });

  it('leaves no redirect from the address of a draft that nobody saw', () => {
    const post = blog.posts.create(draft({ path: 'one', status: 'draft' }));
    expect(blog.posts.update(post.id, 1, draft({ path: 'two' })).aliases).toEqual([]);
  });

  it('changes nothing when it fails half way', () => {
    blog.posts.create(draft({ path: 'taken' }));
    const post = blog.posts.create(draft({ path: 'one', title: 'One' }));
    expect(faultOf(() => blog.posts.update(post.id, 1, draft({ path: 'taken', title: 'Two' })))?.reason).toBe(
      'taken',
    );
    expect(blog.posts.byId(post.id)).toEqual(post);
  });

  it('finds pictures that came with an earlier address', () => {
    blog.media.put('one/p.gif', Buffer.from('GIF89a\x07\x00\x05\x00'));
    const post = blog.posts.create(draft({ path: 'one', markdown: '![P](p.gif)' }));
    const moved = blog.posts.update(post.id, 1, draft({ path: 'two', markdown: '![P](p.gif)' }));
    expect(moved.html).toContain('<img src="/media/one/p.gif" alt="P" width="7" height="5"');
  });
});

describe('PostStore.remove and restore', () => {
  it('refuse an outdated version and an unknown id', () => {
    const post = blog.posts.create(draft());
    blog.posts.update(post.id, 1, draft());
    expect(() => blog.posts.remove(post.id, 1)).toThrow(PostConflictError);
    expect(() => blog.posts.remove(999, 1)).toThrow(PostNotFoundError);
    expect(() => blog.posts.restore(999)).toThrow(PostNotFoundError);
  });

  it('keep the text and the time of publication', () => {
    const post = blog.posts.create(draft({ tags: ['x'] }));
    blog.posts.remove(post.id, 1);
    expect(blog.posts.byId(post.id)!.deletedAtMillis).toBe(NOON);
    const restored = blog.posts.restore(post.id);
    expect(restored).toEqual({ ...post, version: 3, updatedAtMillis: NOON });
    expect(blog.posts.restore(post.id).version).toBe(3);
  });

  it('keep a deleted post deleted while its text is edited: a save published it again', () => {
    const post = blog.posts.create(draft({ path: 'gone', tags: ['x'] }));
    blog.posts.remove(post.id, 1);
    const edited = blog.posts.update(post.id, 2, draft({ markdown: 'Heliotrope', tags: ['x'] }));
    expect([edited.deletedAtMillis, edited.markdown]).toEqual([NOON, 'Heliotrope']);
    expect([blog.posts.lookup('/gone').kind, blog.posts.tags()]).toEqual(['gone', []]);
    expect(blog.posts.restore(post.id)).toMatchObject({ deletedAtMillis: null, markdown: 'Heliotrope' });
    expect(blog.posts.tags()).toHaveLength(1);
  });
});
