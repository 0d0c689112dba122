import { describe, expect, it } from '@jest/globals';
import { namesOfSource } from '../../../../otel/sql/statement-names.ts';
import { operationName } from '../../../../src/observatory/draw/statement-name.ts';
import { conditionsOf, tellApart, withoutHash } from '../../../../src/observatory/format/statement-words.ts';

const apart = (...texts: readonly string[]): readonly (string | undefined)[] => {
  const words = tellApart(texts.map((text) => ({ name: text, summary: 'SELECT posts', text })));
  return texts.map((text) => words.get(text));
};

describe('conditionsOf', () => {
  it.each([
    ['SELECT a, b FROM posts WHERE id = ?', 'id = ?'],
    ['SELECT a FROM posts ORDER BY b LIMIT ?', 'ORDER BY b LIMIT ?'],
    ['UPDATE posts SET a = ?', 'SET a = ?'],
    ['INSERT INTO posts (a) VALUES (?)', 'VALUES (?)'],
    ['SELECT count(*) FROM posts', 'SELECT count(*) FROM posts'],
    ['SELECT (SELECT count(*) FROM tags WHERE id = ?) FROM posts ORDER BY b', 'ORDER BY b'],
    ['SELECT a FROM "x (" WHERE b IN (SELECT c FROM d WHERE e = ?)', 'b IN (SELECT c FROM d WHERE e = ?)'],
    ['WITH x AS (SELECT * FROM posts WHERE a = ?) SELECT * FROM x WHERE b = ?', 'b = ?'],
    ['INSERT INTO a (b) SELECT c FROM d WHERE e = ?', 'e = ?'],
    // The beginning of the text, not of half a bracket.
    ...[
      'WITH RECURSIVE word(at) AS (SELECT ? UNION ALL SELECT at + ? FROM word WHERE at < ?) SELECT count(*) FROM word',
      'SELECT a FROM (SELECT * FROM b WHERE c = ?)',
      'WITH x AS (SELECT * FROM posts WHERE a = ? AND …',
    ].map((text) => [text, text]),
  ])('of %s', (text, words) => expect(conditionsOf(text)).toBe(words));
});

describe('tellApart', () => {
  it('shows the conditions if they differ at their beginning', () => {
    expect(apart('SELECT * FROM posts WHERE id = ?', 'SELECT * FROM posts WHERE path = ?')).toEqual([
      'id = ?',
      'path = ?',
    ]);
  });

  it('begins a long text shortly before it differs, also if conditions are equal', () => {
    const like = 'SELECT a FROM posts WHERE status = ? AND deleted_at IS NULL';
    expect(apart(`${like} AND tag = ?`, `${like} ORDER BY id`, 'SELECT b FROM posts')).toEqual([
      '… AND tag = ?',
      '… ORDER BY id',
      'SELECT b FROM posts',
    ]);
    const equal = 'FROM posts WHERE key = ?';
    expect(apart(`SELECT title ${equal}`, `SELECT body ${equal}`)).toEqual([
      `… title ${equal}`,
      `… body ${equal}`,
    ]);
  });

  it('compares with statements of the same summary alone, and knows nothing without a text', () => {
    const text = 'SELECT a FROM posts WHERE status = ? AND deleted_at IS NULL AND tag = ?';
    const words = tellApart([
      { name: 'one', summary: 'SELECT posts', text },
      { name: 'two', summary: 'SELECT tags', text: `${text}!` },
      { name: 'SELECT posts' },
    ]);
    expect([words.get('one'), words.get('SELECT posts')]).toEqual([
      'status = ? AND deleted_at IS NULL AND tag = ?',
      undefined,
    ]);
  });
});

it('a cut statement is shown without the hash that tells it from others of its beginning', () => {
  const columns = Array.from({ length: 60 }, (_, index) => `column_${index} AS a`).join(', ');
  const { series, summary } = namesOfSource(`SELECT ${columns} FROM posts`);
  expect(series).toMatch(/…[0-9a-f]{8}$/);
  expect(withoutHash(series)).toBe(series.slice(0, -8));
  expect(withoutHash('SELECT 1')).toBe('SELECT 1');
  const row = operationName({ type: 'database', series, name: summary }, '/statement').toString();
  const end = namesOfSource(`SELECT ${columns} FROM posts`.replace('SELECT', 'UPDATE posts SET'));
  const short = { type: 'database' as const, name: 'x', series: `x WHERE A…4fbc0777` };
  expect(operationName(short, '/statement').toString()).toContain('<bdi>A…</bdi>');
  for (const shown of [row, operationName({ ...short, ...end, name: end.summary }, '').toString()])
    expect(shown).not.toMatch(/…[0-9a-f]{8}/);
});
