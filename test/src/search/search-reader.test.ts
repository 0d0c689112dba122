import { beforeEach, describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../fixtures/properties.ts';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { SearchWriter } from '../../../src/search/search-writer.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
let search: SearchReader;
beforeEach(() => {
  blog = temporaryBlog();
  search = new SearchReader(blog.database, { now: () => blog.clock.now });
});

function found(text: string): string[] {
  return search.search(text).hits.map((hit) => hit.title);
}

describe('SearchReader', () => {
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
    expect(found('green gla ')).toEqual(['Green glass house']);
    expect([found('green "gla"'), found('green "gla" ')]).toEqual([[], []]);
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
    const writer = new SearchWriter(blog.database);
    blog.database.transaction(() => {
      for (let number = 0; number < 2001; number++) {
        const id = Number(rows.run({ key: `later/${number}`, at: NOON - HOUR }).lastInsertRowid);
        writer.put(id, { title: 'Later', tags: [], body: 'moss' });
      }
    })();
    const results = search.search('moss');
    expect(results).toMatchObject({ total: 1000, isMore: true, pages: 50 });
    expect(results.hits[0]?.title).toBe('The oldest about moss');
    expect(search.search('moss', { limit: 3000 }).hits.map(({ title }) => title)).not.toContain('As old');
  });

  it('takes no beginning of one or two letters, which most words have', () => {
    blog.posts.create(draft({ title: 'Moss' }));
    expect([found('mo'), found('mos')]).toEqual([[], ['Moss']]);
  });

  it.each(['苔', '藓', '苔藓', '藓园', '苔藓园', '园"', '"苔藓"'])('finds any part of 苔藓园: %s', (part) => {
    blog.posts.create(draft({ title: 'Garden', markdown: '走过苔藓园的人' }));
    expect(found(part)).toEqual(['Garden']);
    expect(
      search
        .search(part)
        .hits[0]!.snippet.filter(({ hit }) => hit)
        .map(({ text }) => text),
    ).toEqual([part.replaceAll('"', '')]);
  });

  it('finds no letters that do not follow each other', () => {
    blog.posts.create(draft({ title: '苔 藓', markdown: '藓苔，苔。藓' }));
    expect([found('苔藓'), found('藓苔')]).toEqual([[], ['苔 藓']]);
  });

  it('takes words in quotes as a phrase', () => {
    blog.posts.create(draft({ title: 'One', markdown: 'Slow glass, in Ubuntu 20.04.' }));
    blog.posts.create(draft({ title: 'Two', markdown: 'Glass, slow as 04.20.' }));
    expect(found('slow glass')).toHaveLength(2);
    expect([found('"slow glass"'), found('ubuntu "20.04"'), found('"slow glass')]).toEqual([
      ['One'],
      ['One'],
      ['Two', 'One'],
    ]);
    expect(search.search('"slow glass"').hits[0]!.snippet[0]).toEqual({ text: 'Slow glass', hit: true });
  });

  it.each([
    ['ελλαδα', 'Ελλάδα'],
    ['елка', 'Ёлка'],
    ['lodz', 'Łódź'],
    ['strasse', 'Straße'],
    ['straße', 'Strasse'],
    ['kobenh', 'København'],
    ['istanbul', 'İstanbul'],
    ['diyarbakir', 'Diyarbakır'],
    ['محمد', 'مُحَمَّد'],
    ['glass', 'Ｇｌａｓｓ'],
    ['ガラス', 'ｶﾞﾗｽ'],
  ])('for %s finds and marks %s', (query, word) => {
    blog.posts.create(draft({ title: 'T', markdown: `Before ${word} after.` }));
    const { hits } = search.search(query);
    expect(hits[0]?.snippet).toEqual([
      { text: 'Before ', hit: false },
      { text: word, hit: true },
      { text: ' after.', hit: false },
    ]);
  });

  it('shows where a long text has most of the words', () => {
    const filler = 'Nothing of it here. '.repeat(30);
    blog.posts.create(
      draft({ title: 'T', markdown: `Moss alone. ${filler} Here moss meets fern at last. ${filler}` }),
    );
    const text = search
      .search('fern moss')
      .hits[0]!.snippet.map((piece) => piece.text)
      .join('');
    expect(text).toMatch(/^….*Here moss meets fern at last.*…$/);
    expect(text.length).toBeLessThan(300);
  });

  it('has no comma before the ellipsis of a cut text', () => {
    blog.posts.create(draft({ title: 'T', markdown: `Moss ${'grows, '.repeat(100)}` }));
    const { text } = search.search('moss').hits[0]!.snippet.at(-1)!;
    const words = search
      .search('moss')
      .hits[0]!.snippet.map((piece) => piece.text)
      .join('');
    expect([text, words.slice(-6)]).toEqual(['…', 'grows…']);
  });

  it('is updated by an edit', () => {
    const post = blog.posts.create(draft({ title: 'Moss' }));
    blog.posts.update(post.id, 1, draft({ title: 'Fern' }));
    expect([found('moss'), found('fern')]).toEqual([[], ['Fern']]);
  });
});
