import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

/** A source, its front matter, and the page that its generator wrote of it; undefined: none. */
type Fact = readonly [file: string, front: string, page: string | undefined];

/** What `hugo` 0.111.3 wrote of these. Where a section hides its pages, `draft: false` of a page changes nothing. */
const HUGO: readonly Fact[] = [
  ['d/true.md', 'draft: true', undefined],
  ['d/yes.md', 'draft: yes', undefined],
  ['d/on.md', 'draft: On', undefined],
  ['d/quoted.md', 'draft: "true"', undefined],
  ['d/one.md', 'draft: 1', undefined],
  ['d/both.md', 'draft: false\nDraft: true', undefined],
  ['d/no.md', 'draft: no', '/d/no/'],
  ['d/false.md', 'draft: "false"', '/d/false/'],
  ['d/published-no.md', 'published: no', undefined],
  ['d/published-day.md', 'published: 2023-01-01', '/d/published-day/'],
  ['d/published-ahead.md', 'published: 2099-01-01', undefined],
  ['d/publish-ahead.md', 'publishDate: 2099-01-01', undefined],
  ['d/expired.md', 'expiryDate: 2024-02-01', undefined],
  ['d/unpublish.md', 'unpublishdate: 2024-02-01', undefined],
  ['d/headless/index.md', 'headless: true', undefined],
  ['d/list.md', '_build:\n  list: never', '/d/list/'],
  ['d/render.md', '_build:\n  render: never', undefined],
  ['d/link.md', '_build:\n  render: link', undefined],
  ['secret/_index.md', 'draft: true', undefined],
  ['secret/child.md', '', undefined],
  ['secret/deep/child.md', '', undefined],
  ['casc/_index.md', 'cascade:\n  draft: true', undefined],
  ['casc/child.md', '', undefined],
  ['casc/own.md', 'draft: false', undefined],
  ['part/_index.md', 'cascade:\n- _target:\n    path: /part/a*\n  _build:\n    render: never', undefined],
  ['part/a1.md', '', undefined],
  ['part/b1.md', '', '/part/b1/'],
  ['over/_index.md', 'expiryDate: 2020-01-01', undefined],
  ['over/child.md', '', undefined],
  ['bundle/index.md', '', '/bundle/'],
  ['bundle/other.md', '', undefined],
  ['odd/2024-05-01.md', '', '/odd/2024-05-01/'],
  ['odd/2024-05-02-hello.md', '', '/odd/2024-05-02-hello/'],
  ['odd/with blank.md', '', '/odd/with-blank/'],
  ['odd/UPPER.md', '', '/odd/upper/'],
  ['odd/a&b.md', '', '/odd/ab/'],
  ["odd/it's.md", '', '/odd/its/'],
  ['odd/v1.2.3.md', '', '/odd/v1.2.3/'],
  ['odd/日本語.md', '', '/odd/日本語/'],
  ['odd/naïve🎉x.md', '', '/odd/naïvex/'],
  ['odd/İst.md', '', '/odd/ist/'],
  ['odd/slug.md', 'slug: My Slug', '/odd/my-slug/'],
  ['odd/slug-emoji.md', 'slug: 🚀 go', '/odd/-go/'],
  ['odd/url.md', 'url: /essays/v1/index.html', '/essays/v1/index.html'],
  ['odd/url-rel.md', 'url: rel', '/rel/'],
  ['odd/alias.md', 'aliases: [older]', '/odd/older/'],
  ['odd/alias-up.md', 'aliases: [../up]', '/up/'],
  ['odd/alias-dot.md', 'aliases: [./dot, /abs/one]', '/odd/dot/'],
  ['_under/x.md', '', '/_under/x/'],
];

/** What `jekyll` 4.3.1 wrote of these, with the settings below. */
const JEKYLL: readonly Fact[] = [
  ['_posts/2024-01-10-false.md', 'published: false', undefined],
  ['_posts/2024-01-10-no.md', 'published: no', undefined],
  ['_posts/2024-01-10-off.md', 'published: off', undefined],
  ['_posts/2024-01-10-true.md', 'published: true', '/2024/01/10/true.html'],
  ['_posts/2024-01-02-hello-world.md', '', '/2024/01/02/hello-world.html'],
  ['_posts/2024-01-02-Upper_Case.md', '', '/2024/01/02/Upper_Case.html'],
  ['_posts/2024-1-2-short.md', '', '/2024/01/02/short.html'],
  ['_posts/2024-01-03-list.md', 'categories: [notes, tools]', '/notes/tools/2024/01/03/list.html'],
  ['_posts/2024-01-03-string.md', 'categories: Notes Tools', '/notes/tools/2024/01/03/string.html'],
  ['_posts/2024-01-04-own.md', 'permalink: /essays/own.html', '/essays/own.html'],
  ['_posts/2024-01-04-folder.md', 'permalink: /essays/folder/', '/essays/folder/'],
  ['_posts/2024-01-04-title.md', 'permalink: /essays/:title', '/essays/title.html'],
  ['_posts/2024-01-04-slug.md', 'permalink: /:year/x/:slug/', '/2024/x/slug/'],
  ['_posts/2024-01-05-named.md', 'slug: My Slug', '/2024/01/05/My-Slug.html'],
  ['_posts/2024-01-05-night.md', 'date: 2023-12-31 23:30:00 +0000', '/2024/01/01/night.html'],
  ['_posts/2024-01-05-day.md', 'date: 2024-01-05', '/2024/01/05/day.html'],
  ['_posts/2024-01-05-ahead.md', 'date: 2099-01-05', undefined],
  ['_posts/2099-01-05-file-ahead.md', '', undefined],
  ['_posts/sub/2024-01-06-in-sub.md', '', '/2024/01/06/in-sub.html'],
  ['travel/_posts/2024-01-06-in-dir.md', 'categories: extra', '/travel/extra/2024/01/06/in-dir.html'],
  ['travel/deep/_posts/2024-01-06-in-deep.md', '', '/travel/deep/2024/01/06/in-deep.html'],
  ['travel/_drafts/far.md', '', undefined],
  ['_drafts/wip.md', '', undefined],
  ['_posts/no-date.md', '', undefined],
  ['_posts/2024-01-07-with blank.md', '', '/2024/01/07/with-blank.html'],
  ["_posts/2024-01-07-it's.md", '', "/2024/01/07/it's.html"],
  ['_posts/2024-01-07-ünï.md', '', '/2024/01/07/ünï.html'],
  ['_posts/2024-01-07-v1.2.md', '', '/2024/01/07/v1.2.html'],
  ['_posts/2024-01-07-c#.md', '', '/2024/01/07/c.html'],
  ['_posts/2024-01-07-a--b.md', '', '/2024/01/07/a-b.html'],
  ['_posts/2024-01-07-dot..md', '', '/2024/01/07/dot.html'],
  ['_posts/2024-01-08-old-ending.mkd', '', '/2024/01/08/old-ending.html'],
  ['_hush/x.md', '', undefined],
  ['hush/_posts/2024-01-08-hush.md', '', undefined],
  ['about.md', '', '/about.html'],
  ['docs/index.md', '', '/docs/'],
  ['excluded.md', '', undefined],
  ['old/x.md', '', undefined],
  ['#x.md', '', undefined],
  ['_notes/n1.md', '', '/notes/n1.html'],
  ['_notes/sub/n3.md', '', '/notes/sub/n3.html'],
  ['_notes/unpublished.md', 'published: false', undefined],
  ['_hidden/h.md', '', undefined],
  ['_recipes/soup.md', '', '/food/soup/'],
];
const JEKYLL_SETTINGS = `timezone: Europe/Berlin
exclude: [excluded.md, old]
collections:
  notes: { output: true }
  hidden: { output: false }
  recipes: { output: true, permalink: /food/:path/ }
defaults:
  - scope: { path: hush }
    values: { published: false }
`;

describe.each([
  [
    'Hugo 0.111.3',
    HUGO,
    {
      file: 'hugo.toml',
      settings: 'baseURL = "https://old.example/"\n',
      content: 'content',
      date: 'date: 2024-01-01\n',
    },
  ],
  ['Jekyll 4.3.1', JEKYLL, { file: '_config.yml', settings: JEKYLL_SETTINGS, content: '.', date: '' }],
])('a tree of %s', (_, facts, { file: settingsFile, settings, content, date }) => {
  let blog: TemporaryBlog;
  let summary: ImportSummary;
  beforeAll(() => {
    blog = temporaryBlog();
    const site = path.join(blog.folder, 'site');
    mkdirSync(site);
    writeFileSync(path.join(site, settingsFile), settings);
    for (const [file, front] of facts) {
      const whole = path.join(site, content, file);
      mkdirSync(path.dirname(whole), { recursive: true });
      const day = front.startsWith('date:') ? '' : date;
      writeFileSync(whole, `---\ntitle: ${JSON.stringify(`Of ${file}`)}\n${day}${front}\n---\nText.\n`);
    }
    summary = importPosts(site, { ...blog, now: () => blog.clock.now });
  });

  /** The title of the post that a reader sees at an address. */
  const shownAt = (address: string): string | undefined => {
    const escaped = address.split('/').map(encodeURIComponent).join('/');
    let found = blog.posts.lookup(escaped);
    if (found.kind === 'moved') found = blog.posts.lookup(`/${found.path}`);
    return found.kind === 'post' ? found.post.title : undefined;
  };

  it.each(facts.filter(([, , page]) => page !== undefined))('%s (%s) is shown at %s', (file, __, page) => {
    expect(shownAt(page!)).toBe(`Of ${file}`);
  });

  it('shows nothing that its generator does not publish', () => {
    const kept = new Set(facts.filter(([, , page]) => page === undefined).map(([file]) => `Of ${file}`));
    const shown = blog.database
      .prepare<[number], string>("SELECT title FROM posts WHERE status <> 'draft' AND published_at <= ?")
      .pluck()
      .all(blog.clock.now);
    expect(shown.filter((title) => kept.has(title))).toEqual([]);
  });

  it('loses no text', () => {
    const lost = summary.skipped.filter(({ reason }) => reason !== 'a section, not a post');
    expect(lost).toEqual([]);
  });
});
