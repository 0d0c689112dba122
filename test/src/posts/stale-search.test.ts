import { beforeEach, describe, expect, it } from '@jest/globals';
import { createWhenUnlocked } from '../../../src/db/when-unlocked.ts';
import { StaleSearch } from '../../../src/posts/stale-search.ts';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

const whenUnlocked = createWhenUnlocked();
let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
  for (let number = 1; number <= 4; number++)
    blog.posts.create(
      draft({
        title: `Moss ${number}`,
        markdown: '*Text* of [it](/x).',
        tags: ['Wood'],
        publishedAtMillis: NOON - number * HOUR,
      }),
    );
});

/** As a migration leaves it. */
function empty(): void {
  blog.database.exec(
    'DELETE FROM post_search; DELETE FROM post_search_titles; UPDATE post_texts SET indexed_by = 0',
  );
}

function found(text: string): readonly string[] {
  const search = new SearchReader(blog.database, { now: () => blog.clock.now });
  return search.search(text).hits.map(({ title }) => title);
}

describe('StaleSearch', () => {
  it('indexes what is missing, with titles, tags and texts', async () => {
    const before = ['moss', 'wood', 'text'].map((word) => found(word));
    empty();
    expect(found('moss')).toEqual([]);
    const stale = new StaleSearch(blog.database);
    expect(await stale.indexAll(whenUnlocked)).toBe(4);
    expect(['moss', 'wood', 'text'].map((word) => found(word))).toEqual(before);
    expect([stale.left, await stale.indexAll(whenUnlocked)]).toEqual([0, 0]);
  });

  it('indexes nothing that readers cannot find', async () => {
    blog.posts.create(draft({ title: 'Moss hidden', status: 'unlisted' }));
    blog.posts.create(draft({ title: 'Moss draft', status: 'draft' }));
    const gone = blog.posts.create(draft({ title: 'Moss gone' }));
    blog.posts.remove(gone.id, gone.version);
    empty();
    await new StaleSearch(blog.database).indexAll(whenUnlocked);
    expect(blog.database.prepare('SELECT count(*) FROM post_search').pluck().get()).toBe(4);
    expect(found('moss')).not.toContain('Moss gone');
  });

  it('begins with the newest, and goes on where it was stopped', async () => {
    empty();
    // Time passes so fast that each transaction has one post.
    let millis = 0;
    const stopped = new StaleSearch(blog.database, () => (millis += 100));
    let writes = 0;
    const work = stopped.indexAll((write) => {
      if (++writes === 3) stopped.stop();
      return whenUnlocked(write);
    });
    expect([await work, found('moss'), stopped.left]).toEqual([2, ['Moss 1', 'Moss 2'], 2]);
    expect(await new StaleSearch(blog.database).indexAll(whenUnlocked)).toBe(2);
    expect(found('moss')).toHaveLength(4);
  });

  it('leaves what was saved meanwhile', async () => {
    empty();
    const [newest] = blog.posts.page().posts;
    const stale = new StaleSearch(blog.database);
    const work = stale.indexAll(whenUnlocked);
    blog.posts.update(newest!.id, 1, draft({ title: 'Fern' }));
    await work;
    expect([found('fern'), found('moss 1')]).toEqual([['Fern'], []]);
  });
});
