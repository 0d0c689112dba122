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

/** As Ghost 5 writes it. */
const text = (words: string, format = 0) => ({ type: 'extended-text', version: 1, text: words, format });
const item = (...children: readonly unknown[]) => ({ type: 'listitem', children });
const LEXICAL = {
  root: {
    type: 'root',
    children: [
      {
        type: 'paragraph',
        children: [
          text('Some '),
          text('bold italic', 3),
          { type: 'linebreak' },
          text('x < y', 16),
          text(' and '),
          { type: 'link', url: '__GHOST_URL__/about/', children: [text('about')] },
        ],
      },
      { type: 'paragraph', children: [] },
      { type: 'extended-heading', tag: 'h3', children: [text('Part')] },
      {
        type: 'list',
        listType: 'bullet',
        children: [
          item(text('one')),
          item({ type: 'list', listType: 'number', children: [item(text('nested'))] }),
          item(text('two')),
        ],
      },
      { type: 'extended-quote', children: [text('Said')] },
      { type: 'codeblock', language: 'rust', code: 'fn main() {\n}' },
      {
        type: 'image',
        src: '__GHOST_URL__/content/images/2024/a.gif',
        alt: 'A "pane"',
        caption: 'Seen <em>so</em>',
      },
      { type: 'horizontalrule' },
      { type: 'bookmark', url: 'https://a.example/', metadata: { title: 'A page' } },
      { type: 'callout', calloutEmoji: '💡', calloutText: 'Mind <b>this</b>' },
      { type: 'markdown', markdown: '**Card** of [Markdown](/x)' },
      { type: 'html', html: '<p>Raw <i>card</i></p>' },
      { type: 'paywall' },
      { type: 'poll', children: [{ type: 'paragraph', children: [text('Which?')] }] },
    ],
  },
};
const inLexical = (root: unknown) => ({
  ...DATA,
  posts: [{ ...POST, feature_image: null, html: null, lexical: JSON.stringify(root) }],
});

describe('a post with Lexical alone', () => {
  it('has its text, and what is not known is named; a second import changes nothing', () => {
    const notes = run(inLexical(LEXICAL)).notes.map((note) => note.text);
    expect(blog.posts.byPath('clear-glass')!.markdown).toBe(
      [
        'Some <strong><em>bold italic</em></strong><br><code>x &lt; y</code> and <a href="/about/">about</a>',
        '<h3>Part</h3>',
        '<ul><li>one<ol><li>nested</li></ol></li><li>two</li></ul>',
        '<blockquote><p>Said</p></blockquote>',
        '```rust\nfn main() {\n}\n```',
        '<figure><img src="/content/images/2024/a.gif" alt="A &quot;pane&quot;"><figcaption>Seen <em>so</em></figcaption></figure>',
        '<hr>',
        '<a href="https://a.example/">A page</a>',
        '<blockquote><p>💡 Mind <b>this</b></p></blockquote>',
        '<strong>Card</strong> of <a href="/x">Markdown</a>',
        'Raw <i>card</i>',
        'Which?',
      ].join('\n\n'),
    );
    expect(notes).toContain(
      'has parts that are not known, of which the text alone is imported, if they have one: poll',
    );
    expect(run(inLexical(LEXICAL)).unchanged).toBe(1);
  });

  it('is cut where it is nested deeper than anybody writes, and says so', () => {
    let node: unknown = text('deep');
    for (let depth = 0; depth < 1000; depth++) node = { type: 'quote', children: [node] };
    const deep = run(inLexical({ root: { type: 'root', children: [node, text('kept')] } }));
    expect(blog.posts.byPath('clear-glass')!.markdown).toContain('kept');
    expect(deep.notes.map((note) => note.text)).toContain(
      'is nested deeper than 100 levels: what is below them is not imported',
    );
  });
});

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
