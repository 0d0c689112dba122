import { beforeEach, describe, expect, it } from '@jest/globals';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { draft, HOUR, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function titles(options: Parameters<TemporaryBlog['posts']['page']>[0] = {}): string[] {
  return blog.posts.page(options).posts.map((post) => post.title);
}

describe('PostStore.page', () => {
  beforeEach(() => {
    // Five of them at the same moment, so that only the id tells them apart.
    for (let number = 1; number <= 25; number++) {
      const publishedAtMillis = NOON - HOUR - (number <= 5 ? 5 : number) * 1000;
      blog.posts.create(
        draft({ title: `Post ${number}`, publishedAtMillis, tags: number % 2 === 0 ? ['Even'] : [] }),
      );
    }
  });

  it('walks to the end and back without a gap or a repetition', () => {
    const forth: string[][] = [];
    let page = blog.posts.page({ limit: 4 });
    for (; page.older !== undefined; page = blog.posts.page({ before: page.older, limit: 4 }))
      forth.push(page.posts.map((post) => post.title));
    forth.push(page.posts.map((post) => post.title));
    expect(new Set(forth.flat()).size).toBe(25);
    expect(forth.flat().length).toBe(25);
    expect(forth[0]).toEqual(['Post 5', 'Post 4', 'Post 3', 'Post 2']);
    const back = [page.posts.map((post) => post.title)];
    while (page.newer !== undefined) {
      page = blog.posts.page({ after: page.newer, limit: 4 });
      if (page.posts.length > 0) back.unshift(page.posts.map((post) => post.title));
    }
    expect(back.flat()).toEqual(forth.flat());
  });

  it('has no newer page before the first and no older one after the last', () => {
    expect(blog.posts.page({ limit: 4 }).newer).toBeUndefined();
    expect(blog.posts.page({ limit: 100 }).older).toBeUndefined();
  });

  it('keeps its place when a post is added in front', () => {
    const first = blog.posts.page({ limit: 4 });
    blog.posts.create(draft({ title: 'Newest', publishedAtMillis: NOON }));
    expect(titles({ before: first.older, limit: 1 })).toEqual(['Post 1']);
  });

  it('lists by tag, whatever its case', () => {
    expect(titles({ tag: 'EVEN', limit: 100 }).length).toBe(12);
    expect(
      titles({ tag: 'even', limit: 2, before: blog.posts.page({ tag: 'Even', limit: 2 }).older }),
    ).toEqual(['Post 6', 'Post 8']);
    expect(titles({ tag: 'none' })).toEqual([]);
  });

  it.each(['', 'x', '!!', 'zzzzzzzzzzzz.1', '1.2.3', '../..', '\u0000'])(
    'begins at the start for the unreadable cursor %o',
    (before) => {
      expect(titles({ before, limit: 1 })).toEqual(['Post 5']);
    },
  );
});

describe('months and years', () => {
  it('have their first and last moment, in UTC', () => {
    const at = (iso: string): number => Date.parse(iso);
    for (const iso of [
      '2025-02-28T23:59:59.999Z',
      '2025-03-01T00:00:00.000Z',
      '2025-03-31T23:59:59.999Z',
      '2025-04-01T00:00:00.000Z',
      '2024-12-31T23:59:59.999Z',
    ]) {
      blog.posts.create(draft({ title: iso, publishedAtMillis: at(iso) }));
    }
    expect(titles({ year: 2025, month: 3 })).toEqual([
      '2025-03-31T23:59:59.999Z',
      '2025-03-01T00:00:00.000Z',
    ]);
    expect(titles({ year: 2025 }).length).toBe(4);
    expect(blog.posts.archive()).toEqual([
      { year: 2025, month: 4, count: 1 },
      { year: 2025, month: 3, count: 2 },
      { year: 2025, month: 2, count: 1 },
      { year: 2024, month: 12, count: 1 },
    ]);
  });
});

describe('what readers must not see', () => {
  const secret = { tags: ['Secret'], markdown: 'A secretword.' };

  function everythingListed(): string {
    const { posts, database, clock } = blog;
    const visible = posts.byPath('seen')!;
    return JSON.stringify([
      posts.page(),
      posts.page({ tag: 'secret' }),
      posts.page({ year: 2026 }),
      posts.tags(),
      posts.archive().map((month) => month.count),
      posts.latest(10),
      posts.latest(10, 'secret'),
      [...posts.sitemap()],
      posts.neighbours(visible),
      new SearchReader(database, { now: () => clock.now }).search('secretword'),
    ]).replace(/"version":\d+/g, '');
  }

  it.each([
    ['a draft', { status: 'draft' }],
    ['a scheduled post', { publishedAtMillis: NOON + 1 }],
    ['an unlisted post', { status: 'unlisted' }],
  ] as const)('%s is in no list', (_, fields) => {
    blog.posts.create(draft({ title: 'Seen', path: 'seen' }));
    const before = everythingListed();
    blog.posts.create(draft({ title: 'Secret', path: 'secret', ...secret, ...fields }));
    expect(everythingListed()).toBe(before);
    expect(before).toContain('"path":"seen"');
  });

  it('remove a post that is unpublished or deleted, and show it again when it returns', () => {
    blog.posts.create(draft({ title: 'Seen', path: 'seen' }));
    const without = everythingListed();
    let post = blog.posts.create(draft({ title: 'Secret', ...secret }));
    const withIt = everythingListed();
    expect(withIt).toContain('Secret');
    post = blog.posts.update(post.id, post.version, {
      ...draft({ title: 'Secret', ...secret }),
      status: 'draft',
    });
    expect(everythingListed()).toBe(without);
    post = blog.posts.update(post.id, post.version, draft({ title: 'Secret', ...secret }));
    expect(everythingListed()).toBe(withIt);
    blog.posts.remove(post.id, post.version);
    expect(everythingListed()).toBe(without);
    blog.posts.restore(post.id);
    expect(everythingListed()).toBe(withIt);
  });

  it('a scheduled post enters every list at its time', () => {
    blog.posts.create(draft({ title: 'Seen', path: 'seen' }));
    blog.posts.create(draft({ title: 'Secret', ...secret, publishedAtMillis: NOON + HOUR }));
    expect(everythingListed()).not.toContain('Secret');
    blog.clock.now = NOON + HOUR;
    expect(titles()).toEqual(['Secret', 'Seen']);
    expect(blog.posts.tags()).toEqual([{ tag: 'Secret', count: 1 }]);
    expect(blog.posts.neighbours(blog.posts.byPath('seen')!).newer?.title).toBe('Secret');
  });
});

describe('PostStore.allForAdmin', () => {
  beforeEach(() => {
    for (const [title, fields] of Object.entries({
      'A draft': { status: 'draft' as const },
      'Comes later': { publishedAtMillis: NOON + 1 },
      'Is 100% seen': {},
      'Only by link': { status: 'unlisted' as const },
      'Went away': {},
    })) {
      blog.clock.now++;
      blog.posts.create(draft({ title, ...fields }));
    }
    blog.clock.now = NOON;
    const gone = blog.posts.allForAdmin({ text: 'went' }).posts[0]!;
    blog.posts.remove(gone.id, gone.version);
  });

  it('states for each post whether readers see it', () => {
    const states = blog.posts.allForAdmin().posts.map((post) => [post.title, post.state]);
    expect(Object.fromEntries(states)).toEqual({
      'A draft': 'draft',
      'Comes later': 'scheduled',
      'Is 100% seen': 'published',
      'Only by link': 'unlisted',
    });
    expect(blog.posts.allForAdmin({ status: 'deleted' }).posts).toMatchObject([
      { title: 'Went away', state: 'deleted' },
    ]);
    expect(blog.posts.counts()).toEqual({ draft: 1, scheduled: 1, published: 1, unlisted: 1, deleted: 1 });
  });

  it('pages, last edited first', () => {
    const first = blog.posts.allForAdmin({ limit: 2 });
    const second = blog.posts.allForAdmin({ limit: 10, before: first.older });
    expect([...first.posts, ...second.posts].map((post) => post.title)).toEqual([
      'Only by link',
      'Is 100% seen',
      'Comes later',
      'A draft',
    ]);
    expect(second.older).toBeUndefined();
  });

  it('filters by state and by text, whose wildcards are letters', () => {
    expect(blog.posts.allForAdmin({ status: 'scheduled' }).posts.map((post) => post.title)).toEqual([
      'Comes later',
    ]);
    expect(blog.posts.allForAdmin({ text: '0%' }).posts.map((post) => post.title)).toEqual(['Is 100% seen']);
    expect(blog.posts.allForAdmin({ text: '_' }).posts).toEqual([]);
  });
});

describe('PostStore.sitemap', () => {
  it('reads more posts than one batch, while others write', () => {
    const insert = blog.database.prepare(
      `INSERT INTO posts (path, path_key, title, summary, status, published_at, updated_at, created_at, tags, authors, language, reading_minutes, version, markdown, html)
       VALUES ('p' || @number, 'p' || @number, 'P', '', 'published', 1000, @number, 0, '[]', '[]', 'en', 1, 1, '', '')`,
    );
    blog.database.transaction(() => {
      for (let number = 1; number <= 2500; number++) insert.run({ number });
    })();
    const seen = new Set<string>();
    for (const { path } of blog.posts.sitemap()) {
      if (seen.size === 0) blog.posts.create(draft({ title: 'Meanwhile' }));
      seen.add(path);
    }
    expect(seen.size).toBe(2500);
  });
});
