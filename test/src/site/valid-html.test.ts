import { beforeAll, describe, expect, it } from '@jest/globals';
import { htmlFaults } from '../../fixtures/page-text.ts';
import { ReaderServer } from '../reader-server.ts';

// Prettier closes void elements and wraps lines; titles of posts are as long as their authors like.
const HOSTILE = `</title><script>alert("1")</script> & 'quotes' <!-- ]]> \u202E`;
const MARKDOWN = `First[^1] words with \`code\`.

## A heading

| a | b |
|---|--:|
| 1 | 2 |

\`\`\`ts
const a = 1;
\`\`\`

- [x] done

So $x_1 = \\overline{y}$, and

$$\\begin{aligned}a &= \\sum_{i=1}^n i \\\\ &= \\left(\\tfrac12\\right)^n\\end{aligned}$$

![A picture](picture.png "Its caption")

[^1]: A note.
`;

let full: ReaderServer;
let empty: ReaderServer;
beforeAll(async () => {
  full = await new ReaderServer().start();
  empty = await new ReaderServer().start();
  full.site.save({ ...full.site.values, math: 'on', typographer: 'off' });
  for (let index = 0; index < 23; index++) {
    full.publish({
      title: `Post ${index}`,
      path: `p/${index}`,
      publishedAtMillis: full.nowMillis - (index + 1) * 86_400_000,
      tags: ['many'],
    });
  }
  full.publish({
    title: HOSTILE,
    path: 'hostile',
    description: HOSTILE,
    tags: ['<b>"tag"</b>', 'many'],
    authors: ['<i>Eve</i>'],
    markdown: MARKDOWN,
  });
  full.publish({ title: 'مرحبا', path: 'marhaban', language: 'ar', markdown: 'نص' });
  full.publish({ title: 'About', path: 'about', status: 'unlisted', markdown: MARKDOWN });
  const gone = full.publish({ title: 'Gone', path: 'gone' });
  full.posts.remove(gone.id, gone.version);
});

const PAGES = ['/', '/tags', '/archive', '/search', '/search?q=post', '/search?q=%3Cscript%3E', '/nope'];

async function faultsOf(server: ReaderServer, path: string): Promise<readonly string[]> {
  return htmlFaults((await server.ask(path, { accept: 'text/html' })).text, 'readers');
}

describe('HTML of readers’ pages', () => {
  it.each([
    ...PAGES,
    '/archive/2026',
    '/archive/2026/02',
    '/tags/many',
    '/hostile',
    '/marhaban',
    '/about',
    '/gone',
    '/p/3',
  ])('is valid: %s', async (path) => {
    expect(await faultsOf(full, path)).toEqual([]);
  });

  it.each(PAGES)('is valid on an empty blog: %s', async (path) => {
    expect(await faultsOf(empty, path)).toEqual([]);
  });

  it('has formulas among what is checked', async () => {
    expect((await full.ask('/about')).text).toMatch(/<munderover>[\s\S]*<\/math>/);
  });

  it('is valid on the second page of a list', async () => {
    const next = /rel="next"\s+href="([^"]+)"/.exec((await full.ask('/')).text)![1]!;
    expect(await faultsOf(full, next)).toEqual([]);
  });

  it('never lets a text become markup, an attribute or a script', async () => {
    for (const path of [
      '/',
      '/hostile',
      '/tags',
      '/tags/many',
      '/archive/2026/03',
      '/search?q=script',
      '/p/0',
    ]) {
      const { text } = await full.ask(path);
      expect(text).not.toMatch(/<script(?! type="application\/ld\+json")/);
      expect(text).not.toMatch(/\son[a-z]+=|\sstyle=|javascript:/i);
      expect(text).not.toContain('<i>Eve');
      expect(text).not.toContain('<b>"tag');
    }
  });

  it('says its language and direction', async () => {
    const { text } = await full.ask('/marhaban');
    expect(text).toMatch(/<html lang="ar" dir="rtl">/);
    expect(text).toMatch(/<header class="site-head"\s+lang="en" dir="ltr">/);
  });

  it('keeps structured data readable behind its escapes', async () => {
    const { text } = await full.ask('/hostile');
    const data = JSON.parse(
      /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(text)![1]!,
    ) as Record<string, unknown>;
    expect(data).toMatchObject({
      '@type': 'BlogPosting',
      headline: HOSTILE,
      author: [{ '@type': 'Person', name: '<i>Eve</i>' }],
    });
  });
});
