import { describe, expect, it } from '@jest/globals';
import { kindMatcher } from '../../../otel/store/kind-matcher.ts';

/** Of a text of more than 255 characters, as long statements are counted. */
const STEM = `SELECT posts.id, min(tier) AS tier FROM ( SELECT id, ? AS tier FROM ( SELECT rowid AS id FROM post_search_titles WHERE post_search_titles MATCH @match ORDER BY rowid DESC LIMIT ?) UNION ALL SELECT id, ? FROM ( SELECT rowid AS id FROM post_search `;
const SERIES = `${STEM}…e06121b7`;

describe('a statement that is asked for as a page shows it', () => {
  function isFound(text: string, series = SERIES): boolean {
    const kind = { route: undefined, method: undefined, statusCode: undefined, agent: undefined, errors: [] };
    return kindMatcher([{ field: 'statement', text }])({
      ...kind,
      version: undefined,
      statements: [series],
    });
  }

  it.each([
    ['in lines', 'FROM (\n  SELECT id, ? AS tier\n  FROM (\n    SELECT rowid AS id\n', true],
    ['with its own spaces', 'LIMIT ?) UNION ALL', true],
    ['without those', 'from (select id', true],
    ['as the list has it, with the end of its name', SERIES, true],
    [
      'whole, of which the list has the beginning',
      `${STEM}WHERE post_search MATCH @match ORDER BY rowid`,
      true,
    ],
    ['of another text', 'FROM ( SELECT title', false],
  ])('%s', (_how, text, found) => {
    expect(isFound(text)).toBe(found);
  });

  it('takes no short series for the beginning of what was asked', () => {
    expect(isFound('SELECT id FROM posts WHERE id = ?', 'SELECT id FROM posts…e06121b7')).toBe(false);
  });
});
