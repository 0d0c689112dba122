import { beforeEach, describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../fixtures/properties.ts';
import { SearchIndex } from '../../../src/search/search-index.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
let search: SearchIndex;
beforeEach(() => {
  blog = temporaryBlog();
  search = new SearchIndex(blog.database, { now: () => blog.clock.now });
});

function found(text: string): string[] {
  return search.search(text).hits.map((hit) => hit.title);
}

describe('SearchIndex', () => {
  it('ranks a title over a tag over the text', () => {
    blog.posts.create(draft({ title: 'In the text', markdown: 'Something about moss.' }));
    blog.posts.create(draft({ title: 'In a tag', tags: ['moss'] }));
    blog.posts.create(draft({ title: 'Moss in the title' }));
    expect(found('moss')).toEqual(['Moss in the title', 'In a tag', 'In the text']);
  });

  it('matches every word, the last one by its prefix', () => {
    blog.posts.create(draft({ title: 'Green glass house' }));
    blog.posts.create(draft({ title: 'Green grass' }));
    expect(found('green gla')).toEqual(['Green glass house']);
    expect(found('green gla ')).toEqual([]);
    expect(found('gre glass')).toEqual([]);
  });

  it('folds case and diacritics both ways', () => {
    blog.posts.create(draft({ title: 'Crème brûlée in Łódź' }));
    expect(found('creme BRULEE')).toHaveLength(1);
    expect(found('crème brulée')).toHaveLength(1);
    expect(found('cre\u0300me')).toHaveLength(1);
  });

  it('returns a snippet as pieces of text, never markup', () => {
    blog.posts.create(draft({ title: 'A <b>lens</b>', markdown: 'Use `<script>lens</script>` & *look*.' }));
    const [hit] = search.search('lens').hits;
    expect(hit!.titlePieces).toEqual([
      { text: 'A <b>', hit: false },
      { text: 'lens', hit: true },
      { text: '</b>', hit: false },
    ]);
    expect(hit!.snippet.map((piece) => piece.text).join('')).toBe('Use <script>lens</script> & look.');
    expect(hit!.snippet.filter((piece) => piece.hit).map((piece) => piece.text)).toEqual(['lens']);
  });

  it('cannot be tricked into marking text that did not match', () => {
    blog.posts.create(draft({ title: 'Lens', markdown: 'A \ue000forged\ue001 mark by a lens.' }));
    expect(search.search('lens').hits[0]!.snippet.filter((piece) => piece.hit)).toEqual([
      { text: 'lens', hit: true },
    ]);
  });

  it.each([
    '"',
    '""',
    '"open',
    'a"b',
    "it's",
    '*',
    'a*',
    '^a',
    'title:moss',
    'a AND',
    'OR',
    'NOT moss',
    'NEAR(a b)',
    '(',
    ')',
    '{title}:x',
    'C++',
    '-moss',
    'a:b:c',
    '\\',
    '%_',
    ';DROP TABLE posts',
    '\u0000',
    '\u0301',
    '\ud800',
    '\ue000',
    '😀',
    '<script>',
    'x'.repeat(100_000),
    'word '.repeat(10_000),
    '日本語',
    'ﷺ',
  ])('takes any text as a query: %#', (text) => {
    blog.posts.create(draft());
    expect(search.search(text)).toMatchObject({ page: 1 });
  });

  it('accepts every text as a query', () => {
    blog.posts.create(draft());
    fc.assert(
      fc.property(anyText({ maxLength: 40 }), (text) => search.search(text).total >= 0),
      { numRuns: 300 },
    );
  });

  it.each(['', '   ', '"*()', '—'])('finds nothing where there is no word: %o', (text) => {
    blog.posts.create(draft());
    expect(search.search(text)).toEqual({ hits: [], total: 0, isMore: false, page: 1, pages: 0 });
  });

  it('finds words that are operators in FTS5', () => {
    blog.posts.create(draft({ title: 'To be OR NOT to be' }));
    expect(found('or not')).toHaveLength(1);
  });

  it('returns pages, and the last one beyond the end', () => {
    for (let number = 0; number < 5; number++)
      blog.posts.create(draft({ title: `Moss ${number}`, publishedAtMillis: NOON - number * HOUR }));
    const second = search.search('moss', { page: 2, limit: 2 });
    expect(second).toMatchObject({ total: 5, page: 2, pages: 3 });
    expect(second.hits.map((hit) => hit.title)).toEqual(['Moss 2', 'Moss 3']);
    expect(search.search('moss', { page: 99, limit: 2 })).toMatchObject({
      page: 3,
      hits: [{ title: 'Moss 4' }],
    });
    expect(search.search('moss', { page: Number.NaN, limit: 2 }).page).toBe(1);
  });

  it('ranks a bounded number of matches, with every title, however old', () => {
    blog.posts.create(draft({ title: 'The oldest about moss' }));
    blog.posts.create(draft({ title: 'As old', markdown: 'Moss.' }));
    const rows = blog.database.prepare(
      `INSERT INTO posts (path, path_key, title, summary, status, published_at, updated_at, created_at, tags, authors, language, reading_minutes, version, markdown, html)
       VALUES (@key, @key, 'Later', '', 'published', @at, @at, @at, '[]', '[]', 'en', 1, 1, '', '')`,
    );
    blog.database.transaction(() => {
      for (let number = 0; number < 2001; number++) {
        const id = Number(rows.run({ key: `later/${number}`, at: NOON - HOUR }).lastInsertRowid);
        search.put(id, { title: 'Later', tags: [], body: 'moss' });
      }
    })();
    const results = search.search('moss');
    expect(results).toMatchObject({ total: 1000, isMore: true, pages: 50 });
    expect(results.hits[0]?.title).toBe('The oldest about moss');
    expect(search.search('moss', { limit: 3000 }).hits.map(({ title }) => title)).not.toContain('As old');
  });

  it('takes no beginning of one or two letters, which most words have', () => {
    blog.posts.create(draft({ title: 'Moss' }));
    blog.posts.create(draft({ title: '苔藓' }));
    expect([found('mo'), found('mos'), found('苔')]).toEqual([[], ['Moss'], ['苔藓']]);
  });

  it('is updated by an edit', () => {
    const post = blog.posts.create(draft({ title: 'Moss' }));
    blog.posts.update(post.id, 1, draft({ title: 'Fern' }));
    expect([found('moss'), found('fern')]).toEqual([[], ['Fern']]);
  });
});
