import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from 'better-sqlite3';
import { PostStore } from '../../../src/posts/post-store.ts';
import { temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

/** The store's own statements as they are prepared, so that the plans below are those of the texts that run. */
function preparedTexts(database: Database): string[] {
  const texts: string[] = [];
  const recording = new Proxy(database, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (name === 'prepare') return (sql: string) => (texts.push(sql), target.prepare(sql));
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const posts = new PostStore(recording);
  posts.allForAdmin();
  return texts;
}

function planOf(database: Database, sql: string): string[] {
  const names = [...sql.matchAll(/@(\w+)/g)].map((match) => [match[1]!, 1] as const);
  const marks = sql.match(/\?/g)?.map(() => 1) ?? [];
  const statement = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
  return (names.length > 0 ? statement.all(Object.fromEntries(names)) : statement.all(...marks)).map(
    (row) => row.detail,
  );
}

describe('every list', () => {
  it('is the walk of an index: no table is scanned and nothing is sorted', () => {
    const lists = preparedTexts(blog.database).filter(
      (sql) => sql.startsWith('SELECT') && /ORDER BY/.test(sql) && /LIMIT/.test(sql) && !/MATCH/.test(sql),
    );
    expect(lists.length).toBeGreaterThanOrEqual(8);
    const bad = lists.flatMap((sql) =>
      planOf(blog.database, sql.replace(/\(SELECT json_group_array.*?\) AS aliases/s, "'[]' AS aliases"))
        .filter((step) => /SCAN|TEMP B-TREE/.test(step))
        .map((step) => `${step}: ${sql}`),
    );
    expect(bad).toEqual([]);
  });

  it('begins at its edge in the index of listed posts', () => {
    const first = preparedTexts(blog.database).find((sql) =>
      sql.includes('(posts.published_at, posts.id) < (@at, @id)'),
    )!;
    expect(planOf(blog.database, first)).toEqual([
      'SEARCH posts USING INDEX posts_listed (published_at>? AND published_at<?)',
    ]);
  });

  it('by tag begins at its edge in the tag', () => {
    const first = preparedTexts(blog.database).find((sql) =>
      sql.includes('post_tags.post_id) < (@at, @id)'),
    )!;
    expect(planOf(blog.database, first)[0]).toBe(
      'SEARCH post_tags USING PRIMARY KEY (tag_key=? AND published_at>? AND published_at<?)',
    );
  });
});

describe('every look-up by path', () => {
  it('is one search of a unique index', () => {
    const lookups = preparedTexts(blog.database).filter(
      (sql) => /path_key = \?/.test(sql) && sql.startsWith('SELECT'),
    );
    const steps = lookups
      .flatMap((sql) => planOf(blog.database, sql))
      .filter((step) => /posts|aliases|SCAN/.test(step));
    expect(steps).toContain('SEARCH posts USING INDEX sqlite_autoindex_posts_1 (path_key=?)');
    expect(steps).toContain('SEARCH aliases USING PRIMARY KEY (path_key=?)');
    expect(steps.filter((step) => /SCAN (?:posts|aliases)/.test(step))).toEqual([]);
  });
});

describe('archive', () => {
  it('counts in the index, without touching the posts', () => {
    const statements = preparedTexts(blog.database).filter(
      (text) => /SELECT (?:max\(published_at\)|count\(\*\)) AS/.test(text) && text.includes('published_at'),
    );
    const plans = statements.map((sql) => planOf(blog.database, sql)).join('\n');
    for (const edges of ['published_at<?', 'published_at>? AND published_at<?'])
      expect(plans).toContain(`SEARCH posts USING COVERING INDEX posts_listed (${edges})`);
  });
});
