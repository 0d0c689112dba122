import { describe, expect, it } from '@jest/globals';
import { parseFrontMatter } from '../../../../src/posts/import/front-matter.ts';
import { NO_SITE_FACTS } from '../../../../src/posts/import/site-facts.ts';
import { dayIn } from '../../../../src/markup/zoned-time.ts';
import { readPost, type SourcePost } from '../../../../src/posts/import/read-post.ts';

function read(front: string, relative = 'posts/glass.md', body = 'Text.'): SourcePost {
  return readPost(parseFrontMatter(`---\n${front}\n---\n${body}`, relative), relative);
}

describe('readPost', () => {
  it.each([
    ['path: /a/b/', 'x.md', 'a/b'],
    ['permalink: /a/b.html', 'x.md', 'a/b.html'],
    ['permalink: /:year/:title', 'x.md', 'x'],
    ['slug: other', 'notes/x.md', 'notes/other'],
    ['title: A', 'notes/x/index.md', 'notes/x'],
    ['title: A', '2026-03-01-glass.md', '2026-03-01-glass'],
    ['title: A', '2026-03-01.md', '2026-03-01'],
    ['title: A', 'notes/🎉.md', 'notes/🎉'],
    ['title: A', '_posts/2026-03-01-glass.md', '2026/03/01/glass'],
    ['title: A', 'notes/Two Words.md', 'notes/two-words'],
  ])('%s in %s stands at %s', (front, relative, path) => {
    expect(read(front, relative).draft.path).toBe(path);
  });

  it.each([
    ['date: 2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['date: 2026-03-01 10:30:00 +0100', '2026-03-01T09:30:00.000Z'],
    ['date: "2026-03-01T10:30:00Z"', '2026-03-01T10:30:00.000Z'],
    ['pubDate: x\npubdate: 2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['path: 2026/03/01/x', '2026-03-01T00:00:00.000Z'],
  ])('is dated by %o', (front, iso) => {
    expect(new Date(read(front).draft.publishedAtMillis!).toISOString()).toBe(iso);
  });

  it('is dated by its file name, and unlisted without any date', () => {
    expect(read('title: A', '2026-03-01-x.md').draft.publishedAtMillis).toBe(Date.UTC(2026, 2, 1));
    expect(read('title: A')).toMatchObject({
      draft: { status: 'unlisted', publishedAtMillis: undefined },
      notes: ['has no date: imported as unlisted'],
    });
  });

  it.each(['draft: true', 'published: false'])('is a draft by %s', (front) => {
    expect(read(`${front}\ndate: 2026-03-01`).draft.status).toBe('draft');
  });

  it('reads TOML dates', () => {
    const post = readPost(
      parseFrontMatter('+++\ndate = 2026-03-01T10:00:00+02:00\nupdated = 2026-03-02\n+++\n', 'a.md'),
      'a.md',
    );
    expect(post.draft.publishedAtMillis).toBe(Date.UTC(2026, 2, 1, 8));
    expect(post.updatedAtMillis).toBe(Date.UTC(2026, 2, 2));
  });

  it('reads tags from every key that generators use', () => {
    const front =
      'tags: a, b\ncategories: [c]\ntaxonomies:\n  tags: [d]\nextra:\n  release: true\n  team: the Rust Lang team';
    expect(read(front).draft.tags).toEqual(['a', 'b', 'c', 'release', 'Lang team']);
    expect(read('taxonomies:\n  tags: [d]').draft.tags).toEqual(['d']);
  });

  it('reads authors as names or objects, and aliases under both names', () => {
    expect(read('authors: [Ada, {name: Grace}]\naliases: /a.html\nredirect_from: [/b]').draft).toMatchObject({
      authors: ['Ada', 'Grace'],
      aliases: ['a.html', 'b'],
    });
    expect(read('author: Ada').draft.authors).toEqual(['Ada']);
  });

  it('names an untitled post for its first heading, else its file', () => {
    expect(read('date: 2026-03-01', 'x.md', 'Intro\n\n# Clear glass #\n').draft.title).toBe('Clear glass');
    expect(read('date: 2026-03-01', 'x.md').draft.title).toBe('x');
  });

  it('drops a first heading that only repeats the title', () => {
    expect(read('title: Clear Glass', 'x.md', '\n# Clear `glass`\n\nText.').draft.markdown).toBe('Text.');
    expect(read('title: Clear glass', 'x.md', '# Clear glass, twice\n').draft.markdown).toBe(
      '# Clear glass, twice\n',
    );
    expect(read('title: Clear glass', 'x.md', 'Text.\n\n# Clear glass\n').draft.markdown).toBe(
      'Text.\n\n# Clear glass\n',
    );
  });

  it('lists what it did not understand', () => {
    expect(read('title: A\nlayout: wide\nextra:\n  hero: x').unknownKeys).toEqual(['layout', 'extra.hero']);
    expect(
      read('title: A\nisDraft: true\nstate: draft\npublishedAt: 2026-01-01\nextra:\n  protected: true')
        .unknownKeys,
    ).toEqual([]);
  });

  it.each([
    ['posts/2018-10-12-update.md', 'posts/update'],
    ['_posts/2024-01-02-x.md', '2024/01/02/x'],
    ['_posts/sub/2024-01-06-x.md', '_posts/sub/x'],
    ['_posts/2024-1-2-short.md', '2024-1-2-short'],
    ['posts/🎉.md', 'posts/post'],
  ])('knows where the versions before put %s', (relative, former) => {
    expect(read('title: A', relative).formerPath).toBe(former);
  });
});

describe('a time without a zone', () => {
  it.each([
    ['hugo', '2025-01-01T03:00:00.000Z'],
    ['jekyll', '2024-12-31T22:00:00.000Z'],
  ] as const)('is read as %s reads it', (generator, iso) => {
    const site = { ...NO_SITE_FACTS, generator, timeZone: 'America/New_York' };
    const front = parseFrontMatter(
      '---\ndate: 2024-12-31T22:00:00\nlastmod: 2024-12-31T22:00:00\n---\nText.',
      'a.md',
    );
    const { draft, updatedAtMillis } = readPost(front, 'posts/a.md', { site });
    expect(new Date(draft.publishedAtMillis!).toISOString()).toBe(iso);
    expect(new Date(updatedAtMillis!).toISOString()).toBe(iso);
  });
});

describe('a date without a time', () => {
  it.each(['Asia/Tokyo', 'America/Los_Angeles'])('is that day in %s, also in its address', (timeZone) => {
    const site = { ...NO_SITE_FACTS, generator: 'jekyll' as const, permalink: '/:year/:month/:day/:title' };
    const front = parseFrontMatter('---\ndate: 2025-06-01\n---\nText.', 'a.md');
    const { draft } = readPost(front, '_posts/2025-06-01-a.md', { site, timeZone });
    expect(draft.path).toBe('2025/06/01/a');
    expect(dayIn(draft.publishedAtMillis!, timeZone)).toEqual({ year: 2025, month: 6, day: 1 });
  });
});
