import { describe, expect, it } from '@jest/globals';
import { fc } from '../../../fixtures/properties.ts';
import { sqlLines } from '../../../../src/observatory/format/sql-lines.ts';

describe('sqlLines', () => {
  it('leaves short statements and those with lines of their own as they are', () => {
    expect(sqlLines('SELECT id FROM posts WHERE id = ?')).toBe('SELECT id FROM posts WHERE id = ?');
    const written = `SELECT ${'long_name, '.repeat(9)} x\nFROM posts`;
    expect(sqlLines(written)).toBe(written);
  });

  it('gives each clause a line, and indents conditions', () => {
    expect(
      sqlLines(
        'SELECT id, title FROM posts LEFT JOIN tags ON tags.post_id = posts.id WHERE status = ? AND at BETWEEN ? AND ? OR hot ORDER BY at DESC LIMIT ?',
      ).split('\n'),
    ).toEqual([
      'SELECT id, title',
      'FROM posts',
      'LEFT JOIN tags ON tags.post_id = posts.id',
      'WHERE status = ?',
      '  AND at BETWEEN ? AND ?',
      '  OR hot',
      'ORDER BY at DESC',
      'LIMIT ?',
    ]);
  });

  it('breaks long statements within brackets, and only those', () => {
    expect(
      sqlLines(
        "SELECT count(DISTINCT a), 'FROM here', (SELECT max(x) FROM t), EXISTS (SELECT a_rather_long_name FROM some_other_table WHERE id = ? AND at <= :now) FROM posts",
      ).split('\n'),
    ).toEqual([
      "SELECT count(DISTINCT a), 'FROM here', (SELECT max(x) FROM t), EXISTS (",
      '  SELECT a_rather_long_name',
      '  FROM some_other_table',
      '  WHERE id = ?',
      '    AND at <= :now',
      ')',
      'FROM posts',
    ]);
  });

  it('does not take a parameter for the keyword in its name', () => {
    expect(
      sqlLines('SELECT id, title, published_at FROM posts WHERE at <= @from LIMIT @limit OFFSET :offset'),
    ).toBe('SELECT id, title, published_at\nFROM posts\nWHERE at <= @from\nLIMIT @limit OFFSET :offset');
  });

  it('breaks the statement after WITH as one of its own', () => {
    expect(
      sqlLines(
        'WITH best AS (SELECT id, title, rank FROM posts_fts WHERE posts_fts MATCH ? LIMIT ?) SELECT id FROM best',
      ).split('\n'),
    ).toEqual([
      'WITH best AS (',
      '  SELECT id, title, rank',
      '  FROM posts_fts',
      '  WHERE posts_fts MATCH ?',
      '  LIMIT ?',
      ')',
      'SELECT id',
      'FROM best',
    ]);
  });

  it('changes nothing but white space, whatever it is given', () => {
    const part = fc.constantFrom(
      ...'SELECT FROM WHERE AND ( ) , ? JOIN LEFT BETWEEN a \' " ` [ ] -- /* */ x=1'.split(' '),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 8 })), { maxLength: 60 }), (parts) => {
        const text = parts.join(' ');
        expect(sqlLines(text).replaceAll(/\s+/g, '')).toBe(text.replaceAll(/\s+/g, ''));
      }),
    );
  });
});
