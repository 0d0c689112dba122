import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../fixtures/properties.ts';
import { querySummary } from '../../../otel/sql/query-summary.ts';
import { MAX_QUERY_TEXT_LENGTH, queryText } from '../../../otel/sql/query-text.ts';

describe('queryText', () => {
  it.each([
    ["SELECT * FROM posts WHERE a = 'x' AND b = 1.5e-3", 'SELECT * FROM posts WHERE a = ? AND b = ?'],
    ["SELECT x'AB', 0x1F, .5, 'it''s'", 'SELECT ?, ?, ?, ?'],
    ['SELECT\n  *\n\n FROM posts -- why\n WHERE id = :id', 'SELECT * FROM posts WHERE id = :id'],
    ['SELECT @a, $b, ?1, ?', 'SELECT @a, $b, ?1, ?'],
    ['SELECT * FROM t WHERE id IN (1, -2, ?, @c)', 'SELECT * FROM t WHERE id IN (?)'],
    ['SELECT * FROM t WHERE id IN (SELECT 1)', 'SELECT * FROM t WHERE id IN (SELECT ?)'],
    ['SELECT "a", [b], `c`, NULL, TRUE FROM t1', 'SELECT "a", [b], `c`, NULL, TRUE FROM t1'],
    ['SELECT "not a name" FROM t', 'SELECT ? FROM t'],
    ['PRAGMA key = secret', 'PRAGMA key = ?'],
    ['PRAGMA key(secret); SELECT 1', 'PRAGMA key(?); SELECT ?'],
    ["ATTACH '/home/me' AS x", 'ATTACH ? AS x'],
    ["SELECT 'not closed", 'SELECT ?'],
    ['SELECT a IN (', 'SELECT a IN ('],
    ['INSERT INTO t VALUES (1, 2), (3, 4),(?, ?)', 'INSERT INTO t VALUES (?, ?)'],
    ['INSERT INTO t VALUES (1), (2) RETURNING id', 'INSERT INTO t VALUES (?) RETURNING id'],
    ['', ''],
  ])('%s → %s', (sql, text) => {
    expect(queryText(sql)).toBe(text);
  });

  it('is cut with a mark', () => {
    const text = queryText(`SELECT ${'column_name, '.repeat(1_000)} x FROM t`);
    expect(text).toHaveLength(MAX_QUERY_TEXT_LENGTH);
    expect(text).toMatch(/…[0-9a-f]{8}$/);
    expect(queryText(`INSERT INTO t VALUES ('${'a'.repeat(50_000)}')`)).toMatch(
      /^INSERT INTO t VALUES \(\?…[0-9a-f]{8}$/,
    );
  });

  it('distinguishes two long ones that differ at their end', () => {
    const long = `SELECT ${'column_name, '.repeat(1_000)} x FROM t WHERE `;
    expect(long.length).toBeGreaterThan(10_000);
    expect(queryText(`${long} a = 1`)).not.toBe(queryText(`${long} b = 1`));
    expect(queryText(`${long} a = 1`)).toBe(queryText(`${long} a = 2`));
  });

  it('is idempotent, whatever the source', () => {
    const part = fc.oneof(
      fc.constantFrom(
        ...'SELECT|INSERT|VALUES|IN|PRAGMA|(|)|,|;| |\n|?|:a|"a"|"a b"|[|`|\'|--|/*|*/|1.5|x\'|=|…'.split(
          '|',
        ),
      ),
      anyText({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.boolean(), (parts, isLong) => {
        const source = isLong ? parts.join('').padEnd(3_000, ' abc, ') : parts.join('');
        expect(queryText(queryText(source))).toBe(queryText(source));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never contains the content of a literal, nor does the summary', () => {
    const literal = fc
      .stringMatching(/^[a-z]{3,8} ?['";\-/*]{0,3}[a-z]{0,4}$/)
      .map((text) => `CANARY${text}`);
    const shapes = [
      (value: string) => `SELECT * FROM posts WHERE title = ${value} AND x IN (${value}, 2)`,
      (value: string) => `INSERT INTO posts (a, b) VALUES (${value}, 1), (2, ${value})`,
      (value: string) => `WITH x AS (SELECT ${value} AS a) UPDATE posts SET a = ${value} FROM x`,
      (value: string) => `PRAGMA key = ${value}`,
      (value: string) => `${value} nonsense ${value}`,
      (value: string) => `/* ${value} */ SELECT 1`,
    ];
    fc.assert(
      fc.property(literal, fc.constantFrom(...shapes), (text, shape) => {
        const sql = shape(`'${text.replaceAll("'", "''")}'`);
        expect(queryText(sql)).not.toContain('CANARY');
        expect(querySummary(sql)).not.toContain('CANARY');
      }),
    );
  });
});
