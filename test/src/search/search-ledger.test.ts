import { beforeAll, describe, expect, it } from '@jest/globals';
import { RandomSource } from '../../../src/demo/random-source.ts';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { SearchWriter } from '../../../src/search/search-writer.ts';
import { HOUR, NOON, temporaryBlog } from '../temporary-blog.ts';

const POSTS = 150;
const QUERIES = 40;
const random = new RandomSource(11);

/** Words with accents and without, in several cases. */
const SPACED = (
  'glass Glass glasses résumé resume RÉSUMÉ naïve Łukasz čaj caj été ete Ελλάδα ΕΛΛΑΔΑ ελλαδα λόγος λογος ' +
  'ёлка елка ЕЛКА книга книги größe grosse über uber 2026 20 c4 x'
).split(' ');
/** Runs that share letters and pairs, so that a wrong neighbour would be found. */
const RUNS = [
  '東京都庁',
  '京都大学',
  '大学東京',
  '中国人民',
  '人中国',
  'ひらがな',
  'カタカナ',
  '한국어를',
  '국어한',
  'ภาษาไทย',
  '々人々',
];
const SIGNS = [' ', ' ', '. ', ', ', '-', '\n', '“', '、', '。'];

interface LedgerPost {
  readonly id: number;
  readonly title: string;
  readonly body: string;
}

function text(parts: number): string {
  return Array.from({ length: parts }, () => {
    const part = random.chance(0.5) ? random.pick(SPACED) : random.pick(RUNS).slice(random.between(0, 2));
    return part + random.pick(SIGNS);
  }).join('');
}

/** Unicode's own comparison of letters without accents and case, not ours. */
const { compare } = new Intl.Collator('und', { usage: 'search', sensitivity: 'base' });
const LETTER = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}`;
const wordsOf = (post: string): readonly string[] =>
  post.match(new RegExp(String.raw`[[\p{L}\p{N}]--[${LETTER}]]+`, 'gv')) ?? [];

const hasWord = (post: string, word: string): boolean =>
  wordsOf(post).some((each) => compare(each, word) === 0);
const hasBeginning = (post: string, beginning: string): boolean =>
  wordsOf(post.replaceAll('ß', 'ss')).some((word) =>
    Array.from(word, (_, end) => word.slice(0, end + 1)).some((each) => compare(each, beginning) === 0),
  );
const hasPart = (post: string, part: string): boolean => post.includes(part);

describe('a search', () => {
  const blog = temporaryBlog();
  const search = new SearchReader(blog.database, { now: () => blog.clock.now });
  const posts: LedgerPost[] = [];

  beforeAll(() => {
    const insert = blog.database.prepare(
      `INSERT INTO posts (path, path_key, title, summary, status, published_at, updated_at, created_at, tags, authors, language, reading_minutes, version, markdown, html)
       VALUES (@key, @key, @title, '', 'published', @at, @at, @at, '[]', '[]', 'en', 1, 1, '', '')`,
    );
    const writer = new SearchWriter(blog.database);
    blog.database.transaction(() => {
      for (let number = 0; number < POSTS; number++) {
        const [title, body] = [text(random.between(1, 3)), text(random.between(2, 12))];
        const id = Number(insert.run({ key: `p${number}`, title, at: NOON - HOUR }).lastInsertRowid);
        writer.put(id, { title, tags: [], body });
        posts.push({ id, title, body });
      }
    })();
  });

  /** A ledger of posts that have it, read one by one. */
  function expectFound(query: string, has: (post: string) => boolean): void {
    const { hits } = search.search(query, { limit: POSTS });
    const wanted = posts.filter(({ title, body }) => has(title) || has(body)).map(({ id }) => id);
    expect([query, hits.map(({ id }) => id).sort((a, b) => a - b)]).toEqual([query, wanted]);
    for (const { titlePieces, snippet } of hits)
      expect([...titlePieces, ...snippet].some(({ hit }) => hit)).toBe(true);
  }

  // In quotes: the whole word.
  it.each(SPACED)('finds the posts with the word %s, and no other', (word) => {
    expectFound(`"${word}"`, (post) => hasWord(post, word));
  });

  // Of three letters, of four, and of more: the first three have indexes of their own.
  it.each([3, 4, 5, 6])('finds the posts with words that begin with %i letters, and no other', (letters) => {
    for (const word of SPACED.filter((each) => each.length >= letters)) {
      const beginning = word.slice(0, letters).replaceAll('ß', 'ss');
      expectFound(beginning, (post) => hasBeginning(post, beginning));
    }
  });

  it('finds any part of a run of letters, of every length, and nothing else', () => {
    for (let number = 0; number < QUERIES; number++) {
      const run = random.pick([...RUNS, '東大', '都京', '民中', '国人', '語ภา', 'なひ']);
      const from = random.between(0, run.length - 1);
      const part = run.slice(from, from + random.between(1, 4));
      expectFound(part, (post) => hasPart(post, part));
    }
  });

  it('finds only posts that have all of several', () => {
    for (let number = 0; number < QUERIES; number++) {
      const word = random.pick(SPACED);
      const part = random.pick(RUNS).slice(0, 2);
      const { hits } = search.search(`${part} "${word}"`, { limit: POSTS });
      const wanted = posts.filter(({ title, body }) => {
        const whole = `${title}\n${body}`;
        return hasWord(whole, word) && hasPart(whole, part);
      });
      expect(hits.map(({ id }) => id).sort((a, b) => a - b)).toEqual(wanted.map(({ id }) => id));
    }
  });
});
