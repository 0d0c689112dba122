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
      'SELECT INSERT numbers',
    ],
    [
      'WITH a AS NOT MATERIALIZED (SELECT 1 FROM x) DELETE FROM y WHERE id IN (SELECT * FROM a)',
      'SELECT x DELETE y',
    ],
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
