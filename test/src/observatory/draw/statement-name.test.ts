import { describe, expect, it } from '@jest/globals';
import { operationName, statementName } from '../../../../src/observatory/draw/statement-name.ts';

const textOf = (drawn: { toString(): string }): string =>
  String(drawn)
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

describe('the name of a statement', () => {
  it.each([
    ['SELECT', 'SELECT total_changes()', 'SELECT total_changes()'],
    ['SELECT posts', 'SELECT count(*) FROM posts', 'SELECT posts count(*) FROM posts'],
    ['SELECT posts', 'select count(*) from posts', 'SELECT posts count(*) from posts'],
    ['INSERT listens', 'INSERT INTO listens VALUES (?)', 'INSERT listens VALUES (?)'],
    ['PRAGMA data_version', 'PRAGMA data_version', 'PRAGMA data_version'],
    ['PRAGMA optimize', 'PRAGMA optimize (?)', 'PRAGMA optimize (?)'],
    ['SELECT posts', 'SELECT * FROM posts WHERE slug = ?', 'SELECT posts slug = ?'],
    ['DROP', 'DROPPED', 'DROP DROPPED'],
  ])('says its verb once: %s, %s', (name, series, shown) => {
    expect(textOf(operationName({ type: 'database', name, series }, '/'))).toBe(shown);
  });

  it('leaves what tells two of one summary apart', () => {
    expect(textOf(statementName({ name: 'x', summary: 'SELECT posts' }, '… slug = ?', '/'))).toBe(
      'SELECT posts … slug = ?',
    );
  });
});
