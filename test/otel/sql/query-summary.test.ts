import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../fixtures/properties.ts';
import { MAX_SUMMARY_LENGTH, querySummary } from '../../../otel/sql/query-summary.ts';
import { sqlTokens } from '../../../otel/sql/sql-tokens.ts';

const NO_BREAK = '\u00a0';

describe('querySummary', () => {
  it.each([
    ['SELECT * FROM posts', 'SELECT posts'],
    ['select a, b from Posts where id = ?', 'SELECT Posts'],
    ['SELECT 1', 'SELECT'],
    ['SELECT * FROM posts p JOIN post_tags t ON t.post_id = p.id', 'SELECT posts post_tags'],
    ['SELECT * FROM posts LEFT OUTER JOIN tags USING (id), media m', 'SELECT posts tags media'],
    ['SELECT * FROM posts a, posts b', 'SELECT posts'],
    ['SELECT a FROM (SELECT * FROM orders o JOIN customers c)', 'SELECT orders customers'],
    ['SELECT (SELECT count(*) FROM tags), b FROM posts', 'SELECT posts tags'],
    ['SELECT * FROM posts WHERE id IN (SELECT post_id FROM post_tags)', 'SELECT posts post_tags'],
    ['SELECT * FROM posts WHERE id IN (1, 2, 3) ORDER BY id', 'SELECT posts'],
    ['SELECT * FROM posts UNION ALL SELECT * FROM drafts', 'SELECT posts drafts'],
    ['SELECT * FROM posts WHERE a IS NOT DISTINCT FROM b', 'SELECT posts'],
    ['SELECT posts_fts.rank FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rank', 'SELECT posts_fts'],
    ['SELECT value FROM json_each(?)', 'SELECT json_each'],
    ['SELECT * FROM main.posts', 'SELECT main.posts'],
    ['SELECT * FROM "posts", [tags], `media`', 'SELECT posts tags media'],
    ['SELECT * FROM "two words"', 'SELECT "two words"'],
    ["SELECT replace(a, 'FROM secret', 'x') FROM posts -- FROM nowhere", 'SELECT posts'],
    ['/* FROM x; */ SELECT * /* JOIN y */ FROM posts', 'SELECT posts'],
    ['INSERT INTO posts (a) VALUES (?)', 'INSERT posts'],
    ['INSERT OR IGNORE INTO posts SELECT * FROM drafts', 'INSERT posts SELECT drafts'],
    [
      'INSERT INTO posts (id, n) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = n + 1 RETURNING n',
      'INSERT posts',
    ],
    ['INSERT INTO posts DEFAULT VALUES', 'INSERT posts'],
    ['REPLACE INTO posts VALUES (1)', 'REPLACE posts'],
    ['UPDATE OR REPLACE posts SET a = 1', 'UPDATE posts'],
    ['UPDATE posts SET a = t.a FROM tags t WHERE t.id = posts.id', 'UPDATE posts tags'],
    ['DELETE FROM posts WHERE id = 7', 'DELETE posts'],
    ['WITH recent AS (SELECT * FROM posts) SELECT * FROM recent', 'SELECT posts'],
    [
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) INSERT INTO numbers SELECT i FROM n',
      'INSERT numbers SELECT n',
    ],
    [
      'WITH a AS NOT MATERIALIZED (SELECT 1 FROM x) DELETE FROM y WHERE id IN (SELECT * FROM a)',
      'SELECT x DELETE y',
    ],
    [
      'WITH RECURSIVE word(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM word WHERE at < ?) SELECT count(*) FROM word',
      'SELECT word',
    ],
    [
      'WITH RECURSIVE "Word"(n) AS (VALUES (1) UNION SELECT n + 1 FROM "Word") SELECT n FROM "Word" w',
      'SELECT Word',
    ],
    ['WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b JOIN a', 'SELECT b a'],
    ['WITH a AS (SELECT * FROM posts), b AS (SELECT 1) SELECT * FROM b', 'SELECT posts'],
    ['WITH a AS (SELECT * FROM posts), b AS (SELECT * FROM a) SELECT * FROM b', 'SELECT posts'],
    ['WITH asked(id) AS (SELECT ?) SELECT * FROM posts JOIN asked USING (id)', 'SELECT posts'],
    [
      'WITH asked AS (SELECT ? AS id) DELETE FROM posts WHERE id IN (SELECT id FROM asked)',
      'DELETE posts SELECT asked',
    ],
    [
      'WITH c AS (SELECT post_id, count(*) AS n FROM likes GROUP BY 1) UPDATE posts SET n = c.n FROM c WHERE c.post_id = id',
      'SELECT likes UPDATE posts',
    ],
    [
      'WITH moved AS (DELETE FROM posts RETURNING *) INSERT INTO archive SELECT * FROM moved',
      'DELETE posts INSERT archive',
    ],
    ['INSERT INTO numbers WITH n(i) AS (SELECT 1) SELECT i FROM n', 'INSERT numbers SELECT n'],
    ['SELECT * FROM (WITH n AS (SELECT 1 FROM tags) SELECT * FROM n) JOIN posts', 'SELECT posts tags'],
    ['WITH posts AS (SELECT * FROM main.posts) SELECT * FROM posts', 'SELECT main.posts'],
    ['WITH /* a */ n AS -- b\n (SELECT 1) SELECT * FROM n', 'SELECT n'],
    ['WITH n AS (SELECT 1) VALUES (2)', 'VALUES'],
    ['WITH n AS (SELECT 1', 'SELECT'],
    // A window is not a common table expression.
    ['SELECT sum(a) OVER w FROM w WINDOW w AS (ORDER BY a)', 'SELECT w'],
    ['DELETE FROM posts WHERE id = ? RETURNING id, path', 'DELETE posts'],
    ['INSERT INTO posts SELECT * FROM drafts JOIN tags RETURNING id', 'INSERT posts SELECT drafts tags'],
    [
      'INSERT INTO archive.posts (a, b) SELECT a, b FROM main.posts',
      'INSERT archive.posts SELECT main.posts',
    ],
    ['UPDATE posts SET n = (SELECT count(*) FROM likes)', 'UPDATE posts SELECT likes'],
    ['SELECT * FROM a EXCEPT SELECT * FROM b INTERSECT SELECT * FROM c', 'SELECT a b c'],
    ['SELECT * FROM (SELECT * FROM a) AS x, (b JOIN c), d', 'SELECT b c d a'],
    ['SELECT * FROM (VALUES (1), (2)) v JOIN posts', 'SELECT posts'],
    [
      "SELECT name FROM pragma_table_info('posts') p, sqlite_schema",
      'SELECT pragma_table_info sqlite_schema',
    ],
    ['SELECT p.id, j.value FROM posts p, json_each(p.tags) j', 'SELECT posts json_each'],
    ["SELECT extract(year FROM written), trim('x' FROM a) FROM posts", 'SELECT posts'],
    ['SELECT * FROM posts WHERE id = 1 FOR UPDATE', 'SELECT posts'],
    ['INSERT INTO posts (n) VALUES (1) ON DUPLICATE KEY UPDATE n = 2', 'INSERT posts'],
    ['VALUES (1), (2)', 'VALUES'],
    ['PRAGMA journal_mode = WAL', 'PRAGMA journal_mode'],
    ['PRAGMA main.table_info(posts)', 'PRAGMA main.table_info'],
    ['CREATE TABLE IF NOT EXISTS posts (id INTEGER) STRICT', 'CREATE TABLE posts'],
    ['CREATE VIRTUAL TABLE posts_fts USING fts5(title)', 'CREATE TABLE posts_fts'],
    ['CREATE UNIQUE INDEX by_path ON posts (path)', 'CREATE INDEX by_path'],
    [
      'CREATE TRIGGER t AFTER INSERT ON posts BEGIN DELETE FROM a; UPDATE b SET c = 1; END; DROP VIEW v',
      'CREATE TRIGGER t; DROP VIEW v',
    ],
    ['ALTER TABLE posts ADD COLUMN x', 'ALTER TABLE posts'],
    ['BEGIN IMMEDIATE', 'BEGIN'],
    ['SAVEPOINT `\t_bs3.\t`', 'SAVEPOINT'],
    ['VACUUM', 'VACUUM'],
    ["ATTACH '/secret/file' AS other", 'ATTACH'],
    ['EXPLAIN QUERY PLAN SELECT * FROM posts', 'EXPLAIN SELECT posts'],
    ['EXPLAIN', 'EXPLAIN'],
    ['SELECT 1; SELECT 2; DELETE FROM posts;', 'SELECT; DELETE posts'],
    [`SELECT *${NO_BREAK}FROM posts`, 'SELECT posts'],
    ['', 'unknown'],
    [';;', 'unknown'],
    ['-- only a comment', 'unknown'],
    ["hello 'world'", 'unknown'],
    ['SELECT * FROM', 'SELECT'],
    ["SELECT 'not closed FROM posts", 'SELECT'],
    [')))', 'unknown'],
  ])('%s → %s', (sql, summary) => {
    expect(querySummary(sql)).toBe(summary);
  });

  it('is cut at a word within 255 characters', () => {
    const tables = Array.from({ length: 60 }, (_, i) => `table_${i}`);
    const summary = querySummary(`SELECT * FROM ${tables.join(', ')}`);
    expect(summary.length).toBeLessThanOrEqual(MAX_SUMMARY_LENGTH);
    expect(summary).toMatch(/^SELECT table_0 .* table_\d+$/);
    expect(tables).toContain(summary.split(' ').at(-1));
  });

  it('accepts any text, and stays within its bound', () => {
    const words = fc.constantFrom(
      'SELECT',
      'FROM',
      'WITH',
      'AS',
      '(',
      ')',
      ',',
      ';',
      "'",
      '"',
      '`',
      '[',
      '/*',
      '--',
      'CREATE',
      'TRIGGER',
      'BEGIN',
      'END',
      'posts',
      '.',
      ' ',
      '\n',
      '?',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          fc.array(words).map((parts) => parts.join(' ')),
        ),
        (sql) => {
          expect(querySummary(sql).length).toBeLessThanOrEqual(MAX_SUMMARY_LENGTH);
          expect([...sqlTokens(sql)].map(({ text }) => text).join('')).toBe(sql);
        },
      ),
    );
  });

  it('reads a text of a megabyte in linear time', () => {
    for (const unit of ["'", '(', 'SELECT ', '/*', '1', 'a', 'WITH x AS (']) {
      expect(querySummary(unit.repeat(1_000_000 / unit.length)).length).toBeLessThanOrEqual(
        MAX_SUMMARY_LENGTH,
      );
    }
  });
});
