import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redirects } from '../../../../src/posts/redirects.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { NOON, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const POST = {
  id: '1',
  uuid: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
  title: 'Clear glass',
  slug: 'clear-glass',
  html: '<p>See <a href="__GHOST_URL__/about/">about</a>.</p>\n<figure class="kg-card"><img src="__GHOST_URL__/content/images/2024/a.gif" srcset="__GHOST_URL__/content/images/size/w600/2024/a.gif 600w, __GHOST_URL__/content/images/2024/a.gif 700w" sizes="100vw"></figure><iframe src="https://video.example/1"></iframe>',
  feature_image: '__GHOST_URL__/content/images/2024/top.gif',
  type: 'post',
  status: 'published',
  visibility: 'public',
  published_at: '2024-03-05T06:07:08.000Z',
  updated_at: '2024-03-06T00:00:00.000Z',
  custom_excerpt: 'In short',
};
const DATA = {
  posts: [
    POST,
    {
      ...POST,
      id: '2',
      uuid: undefined,
      title: 'About',
      slug: 'about',
      type: 'page',
      feature_image: null,
      html: '<p>Me</p>',
    },
    { ...POST, id: '3', uuid: undefined, slug: 'paid', visibility: 'paid' },
    { ...POST, id: '4', uuid: undefined, slug: 'sent', status: 'sent' },
    {
      ...POST,
      id: '5',
      uuid: undefined,
      slug: 'draft',
      status: 'draft',
      published_at: null,
      html: null,
      lexical: '{}',
    },
    {
      ...POST,
      id: '6',
      uuid: undefined,
      slug: 'later',
      status: 'scheduled',
      published_at: NOON + 9_000_000_000,
    },
    { ...POST, id: '7', uuid: undefined, slug: 'search' },
  ],
  posts_meta: [{ post_id: '1', feature_image_alt: 'A "pane"' }],
  tags: [
    { id: 't1', name: 'Light', slug: 'light' },
    { id: 't2', name: '#internal', slug: 'hash-internal', visibility: 'internal' },
    { id: 't3', name: 'Unused', slug: 'unused' },
  ],
  posts_tags: [
    { post_id: '1', tag_id: 't2', sort_order: 1 },
    { post_id: '1', tag_id: 't1', sort_order: 0 },
  ],
  users: [{ id: 'u', name: 'Ada' }],
  posts_authors: [{ post_id: '1', author_id: 'u', sort_order: 0 }],
  members: [{}, {}],
};

let blog: TemporaryBlog;
let file: string;
beforeEach(() => {
  blog = temporaryBlog();
  mkdirSync(path.join(blog.folder, 'old/content/images/2024'), { recursive: true });
  writeFileSync(
    path.join(blog.folder, 'old/content/images/2024/a.gif'),
    Buffer.from('GIF89a\x07\x00\x05\x00'),
  );
  file = path.join(blog.folder, 'old/site.ghost.json');
});

function run(data: unknown = DATA): ImportSummary {
  writeFileSync(file, JSON.stringify({ db: [{ meta: { version: '5.0.0' }, data }] }));
  return importPosts(file, { ...blog, now: () => blog.clock.now });
}

describe('an export of Ghost', () => {
  it('becomes posts at their addresses, with tags, authors, dates and pictures', () => {
    expect(run()).toMatchObject({ imported: 6, mediaFiles: 1 });
    const post = blog.posts.byPath('clear-glass')!;
    expect(post).toMatchObject({
      title: 'Clear glass',
      status: 'published',
      publishedAtMillis: Date.UTC(2024, 2, 5, 6, 7, 8),
      updatedAtMillis: Date.UTC(2024, 2, 6),
      tags: ['Light'],
      authors: ['Ada'],
      description: 'In short',
      feedId: 'urn:uuid:6f9619ff-8b86-4011-b42d-00c04fc964ff',
    });
    expect(post.markdown).toMatch(
      /^<figure><img src="\/content\/images\/2024\/top.gif" alt="A &quot;pane&quot;"><\/figure>\n\nSee <a href="\/about\/">/,
    );
    expect(post.html).toContain('src="/media/content/images/2024/a.gif"');
    expect(post.html).not.toMatch(/GHOST|size/);
    expect(new Redirects(blog.database, { now: () => NOON }).list()).toMatchObject([
      { path: 'tag/light', target: '/tags/Light' },
    ]);
  });

  it('shows nobody what was not public', () => {
    run();
    const states = ['clear-glass', 'about', 'paid', 'sent', 'draft', 'later'].map((each) => {
      const { status, publishedAtMillis } = blog.posts.byPath(each)!;
      return [status, publishedAtMillis];
    });
    const at = Date.UTC(2024, 2, 5, 6, 7, 8);
    expect(states).toEqual([
      ['published', at],
      ['unlisted', at],
      ['draft', at],
      ['draft', at],
      ['draft', null],
      ['published', NOON + 9_000_000_000],
    ]);
  });

  it('says what was lost, and changes nothing the second time', () => {
    const summary = run();
    expect(summary.skipped).toEqual([
      { file: 'post search', isFault: true, reason: expect.stringContaining('reserved') },
    ]);
    expect(summary.notes.map(({ text }) => text).toSorted()).toEqual(
      [
        'has no HTML in the export: its text is missing; save it in Ghost once more and export again',
        'is for paid: imported as a draft',
        'was sent by mail only: imported as a draft',
        '2 members are not imported',
      ].toSorted(),
    );
    expect(summary.missingImages).toContainEqual({
      file: 'post clear-glass',
      text: '/content/images/2024/top.gif',
    });
    expect(summary.lostEmbeds[0]).toEqual({
      file: 'post clear-glass',
      text: expect.stringContaining('<iframe>'),
    });
    const before = blog.database.serialize();
    expect(run()).toMatchObject({ imported: 0, updated: 0, unchanged: 6, mediaFiles: 0 });
    expect(blog.database.serialize().equals(before)).toBe(true);
  });

  it('is followed when it changes', () => {
    run();
    const changed = DATA.posts.map((each) => (each.id === '1' ? { ...each, html: '<p>Milky</p>' } : each));
    expect(run({ ...DATA, posts: changed })).toMatchObject({ updated: 1, unchanged: 5 });
    expect(blog.posts.byPath('clear-glass')!.markdown).toContain('Milky');
  });

  it.each([
    ['{"a": 1}', 'is no export that is understood'],
    ['[1', 'is damaged'],
    ['<rss/>', 'is no export that is understood'],
  ])('is not %s', (text, message) => {
    writeFileSync(file, text);
    expect(() => importPosts(file, blog)).toThrow(message);
  });
});
