import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SettingStore } from '../../../../src/db/setting-store.ts';
import { readSiteSetting } from '../../../../src/db/site-settings.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import { summaryLines, type ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { languageTag } from '../../../../src/posts/import/source-language.ts';
import { seedWelcomePosts } from '../../../../src/posts/welcome-posts.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

function run(files: Readonly<Record<string, string>>, from = ''): ImportSummary {
  const site = path.join(blog.folder, 'site');
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
    writeFileSync(path.join(site, file), content);
  }
  return importPosts(path.join(site, from), { ...blog, now: () => blog.clock.now });
}

const blogLanguage = (): string => readSiteSetting(new SettingStore(blog.database), 'language');
const stored = (): unknown =>
  Object.fromEntries(
    blog.database
      .prepare<[], [string, string]>('SELECT title, language FROM posts ORDER BY title')
      .raw()
      .all(),
  );
const post = (title: string, more = ''): string =>
  `---\ntitle: ${title}\ndate: 2026-01-01\n${more}---\n\nText.\n`;

const JEKYLL = { '_config.yml': 'lang: de', '_posts/2026-01-01-a.md': post('A') };
const WORDPRESS = `<rss><channel><title>Old</title><link>https://old.example</link><language>de-DE</language><wp:wxr_version>1.2</wp:wxr_version>
<item><title>A</title><link>https://old.example/a/</link><wp:post_id>1</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<wp:post_date_gmt>2024-03-05 06:07:08</wp:post_date_gmt><content:encoded>Text</content:encoded></item></channel></rss>`;
const GHOST = JSON.stringify({
  db: [
    {
      data: {
        posts: [{ id: '1', title: 'A', slug: 'a', html: '<p>x</p>', status: 'published', published_at: 1 }],
        settings: [{ key: 'locale', value: 'de' }],
      },
    },
  ],
});

describe('an import into a new blog', () => {
  it.each([
    ['Jekyll', JEKYLL, '', 'de'],
    ['Jekyll, with locale', { ...JEKYLL, '_config.yml': 'locale: "de_AT"' }, '', 'de-AT'],
    ['Hugo', { 'hugo.toml': 'languageCode = "de-ch"', 'content/a.md': post('A') }, '', 'de-CH'],
    ['Hugo', { 'hugo.toml': 'defaultContentLanguage = "de"', 'content/a.md': post('A') }, '', 'de'],
    [
      'Hugo, of the language that is its default',
      {
        'hugo.yaml':
          'languageCode: en\ndefaultContentLanguage: fr\nlanguages:\n  fr:\n    languageCode: fr-CA\n  en: {}\n',
        'content/a.md': post('A'),
      },
      '',
      'fr-CA',
    ],
    [
      'Zola',
      {
        'zola.toml': 'base_url = "/"\ndefault_language = "de"',
        'content/a.md': '+++\ntitle = "A"\ndate = 2026-01-01\n+++\nText.',
      },
      '',
      'de',
    ],
    ['WordPress', { 'old.xml': WORDPRESS }, 'old.xml', 'de-DE'],
    ['Ghost', { 'ghost.json': GHOST }, 'ghost.json', 'de'],
  ])('takes the language of the configuration: %s', (_, files, from, language) => {
    seedWelcomePosts({ ...blog, now: () => blog.clock.now });
    const summary = run(files, from);
    expect(blogLanguage()).toBe(language);
    expect(blog.database.prepare('SELECT DISTINCT language FROM posts').pluck().all()).toEqual(['']);
    expect(summaryLines(summary, { all: false, seconds: 1 })).toContain(
      `The blog has the language of the source, ${language}; the settings can change it.`,
    );
    const before = blog.database.serialize();
    expect(run({}, from)).toMatchObject({ imported: 0, updated: 0, language: undefined });
    expect(blog.database.serialize().equals(before)).toBe(true);
  });

  it.each([['lang: deutsch und so'], ['title: none'], ['lang: [de]'], ['lang: en']])(
    'stays with its own if the configuration has %s',
    (config) => {
      expect(run({ ...JEKYLL, '_config.yml': config }).language).toBeUndefined();
      expect([blogLanguage(), stored()]).toEqual(['en', { A: '' }]);
    },
  );

  it('leaves posts what they say themselves, and files what their name says', () => {
    run({
      'hugo.toml': 'defaultContentLanguage = "de"\n[languages.de]\n[languages.fr]\n[languages.zh_cn]',
      'content/a.md': post('A'),
      'content/b.fr.md': post('B'),
      'content/c.fr.md': post('C', 'language: it\n'),
      'content/d.de.md': post('D'),
      'content/e.zh_cn.md': post('E'),
    });
    expect([blogLanguage(), stored()]).toEqual(['de', { A: '', B: 'fr', C: 'it', D: '', E: 'zh-CN' }]);
  });
});

describe('an import into a blog that has posts or settings', () => {
  it('gives new posts the language as their own, and keeps it', () => {
    blog.posts.create(draft());
    const summary = run({ ...JEKYLL, '_posts/2026-01-02-b.md': post('B', 'lang: fr\n') });
    expect([blogLanguage(), stored()]).toEqual(['en', { A: 'de', B: 'fr', Glass: '' }]);
    expect(summaryLines(summary, { all: false, seconds: 1 })).toContain(
      'Imported posts that name no language have that of the source, de, as the blog has another one.',
    );
    new SettingStore(blog.database).set('language', 'it');
    expect(run({})).toMatchObject({ imported: 0, updated: 0, unchanged: 2 });
    expect(run({ '_posts/2026-01-01-a.md': post('A', 'tags: [x]\n') })).toMatchObject({ updated: 1 });
    expect(stored()).toEqual({ A: 'de', B: 'fr', Glass: '' });
  });

  it('shows their quotes in it', () => {
    blog.posts.create(draft());
    run({ ...JEKYLL, '_posts/2026-01-01-a.md': post('A').replace('Text', '"Text"') });
    expect(blog.posts.allForAdmin().posts.map(({ summary }) => summary)).toContain('„Text“.');
  });

  it('gives them none if the blog has it, or if its owner has chosen another one for the empty blog', () => {
    new SettingStore(blog.database).set('language', 'de');
    run(JEKYLL);
    expect([blogLanguage(), stored()]).toEqual(['de', { A: '' }]);
    run({ ...JEKYLL, '_config.yml': 'lang: fr', '_posts/2026-01-02-b.md': post('B') });
    expect([blogLanguage(), stored()]).toEqual(['de', { A: '', B: 'fr' }]);
  });
});

describe('languageTag', () => {
  it.each([
    ['de_DE.UTF-8', 'de-DE'],
    [' pt-br ', 'pt-BR'],
    ['', undefined],
    ['!', undefined],
    [7, undefined],
  ])('reads %j as %j', (value, tag) => {
    expect(languageTag(undefined, value)).toBe(tag);
  });
});
