import { beforeAll, describe, expect, it } from '@jest/globals';
import { explainPlan } from '../../../src/db/explain-plan.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

describe('explainPlan', () => {
  let blog: TemporaryBlog;
  beforeAll(() => {
    blog = temporaryBlog();
    blog.posts.create(draft());
  });
  const posts = (): unknown => blog.database.prepare('SELECT count(*) AS n FROM posts').get();

  it.each([
    ['SELECT * FROM posts WHERE id = ?', /SEARCH posts USING INTEGER PRIMARY KEY/],
    ['SELECT id FROM posts WHERE length(markdown) > ?', /SCAN posts/],
    ['SELECT id FROM posts WHERE id = :id OR title = @title', /posts/],
    ['SELECT id FROM posts WHERE id = ?1 AND version = ?2', /SEARCH posts/],
    ['SELECT \'?\' AS a, "id" FROM posts WHERE id IN (?) -- ? :x', /SEARCH posts/],
    ['WITH recent AS (SELECT id FROM posts LIMIT ?) SELECT * FROM recent', /posts/],
  ])('plans %s', (text, line) => expect(explainPlan(blog.database, text).join('\n')).toMatch(line));

  it('indents what belongs to a step', () => {
    const plan = explainPlan(
      blog.database,
      'SELECT id FROM posts UNION ALL SELECT post_id FROM post_tags WHERE tag = ?',
    );
    expect(plan[0]).toBe('COMPOUND QUERY');
    expect(plan[1]).toMatch(/^ {2}\S/);
  });

  it.each(['DELETE FROM posts', 'DELETE FROM posts WHERE id > ?', 'UPDATE posts SET title = ?'])(
    'runs nothing: %s',
    (text) => {
      const before = posts();
      expect(explainPlan(blog.database, text).length).toBeGreaterThanOrEqual(0);
      expect(posts()).toEqual(before);
    },
  );

  it.each([
    ['PRAGMA writable_schema = 1', 'have a plan'],
    ['ANALYZE', 'have a plan'],
    ['SELECT 1; DELETE FROM posts', 'more than one statement'],
    ['SELECT id FROM nowhere', 'no such table: nowhere'],
    ['SELECT id FROM posts WHERE id IN (?, ?, …', 'was truncated'],
  ])('says why it does not plan %s', (text, message) => {
    const before = posts();
    expect(() => explainPlan(blog.database, text)).toThrow(message);
    expect(posts()).toEqual(before);
  });
});
