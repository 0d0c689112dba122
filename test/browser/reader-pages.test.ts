import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { plainPicture } from '../fixtures/pictures.ts';
import { ReaderServer } from '../src/reader-server.ts';
import { axeFaults } from './axe.ts';
import { chromiumPath } from './chromium.ts';
import { findChromium } from './find-chromium.ts';
import { launchChromium, LIMIT_MILLIS } from './launch-chromium.ts';

const executablePath = chromiumPath();

const MARKDOWN = `The first words[^1] and \`some_code\` in a [link](/archive).

## A heading

| statement | count | p50 | p99 | what it waited for, in a long column |
|---|--:|--:|--:|---|
| SELECT posts | 12,004 | 0.08 ms | 0.9 ms | nothing that would be worth a second line here |

\`\`\`ts
const aVeryLongLine = 'that goes on and on, so that the block has to scroll by itself and the page does not move sideways at all';
\`\`\`

> A quotation.

- [x] done
- [ ] to do

<p onclick="alert(1)" style="color: red">raw <script>document.title = 'ran'</script></p>

[^1]: A note.
`;
const PAGES = [
  '/',
  '/post',
  '/archive',
  '/archive/2026',
  '/tags',
  '/tags/glass',
  '/search',
  '/search?q=words',
  '/nope',
  '/gone',
  '/about',
];

describe('findChromium', () => {
  it('takes the first browser on the PATH', () => {
    const there = join('b', 'google-chrome');
    expect(findChromium(['a', 'b'].join(delimiter), (file) => file === there)).toBe(there);
    expect(findChromium(undefined)).toBeUndefined();
  });
});

// On a machine without a browser the rest of the suite still stands.
if (executablePath !== undefined) {
  let server: ReaderServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await new ReaderServer().start();
    server.publish({
      title: 'A post about glass',
      path: 'post',
      tags: ['glass'],
      markdown: MARKDOWN,
      authors: ['Ada'],
    });
    server.publish({
      title: 'An older one with quite a long title that wraps',
      path: 'older',
      publishedAtMillis: server.nowMillis - 1e10,
    });
    server.publish({ title: 'About', path: 'about', status: 'unlisted' });
    const gone = server.publish({ title: 'Gone', path: 'gone' });
    server.posts.remove(gone.id, gone.version);
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser.close();
  });

  describe('in Chromium', () => {
    let context: BrowserContext;
    let page: Page;
    const complaints: string[] = [];
    beforeAll(async () => {
      context = await browser.newContext();
      context.setDefaultTimeout(LIMIT_MILLIS);
      page = await context.newPage();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(server.origin)) complaints.push(`third party: ${request.url()}`);
      });
    });
    afterAll(() => context.close());

    it.each(PAGES)(
      '%s has no fault that axe knows in either theme, breaks no policy and asks nobody else',
      async (path) => {
        complaints.length = 0;
        const answer = await page.goto(server.origin + path);
        expect(await axeFaults(page)).toEqual([]);
        // The browser reports a status of 400 and above in its console; that much is meant.
        const own = complaints.filter(
          (text) => answer!.status() < 400 || !text.includes('Failed to load resource'),
        );
        expect(own).toEqual([]);
      },
    );
  });

  it('shows a blog in its own colour, which axe can read in both themes, and its picture', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const before = server.site.values;
    try {
      page.setDefaultTimeout(LIMIT_MILLIS);
      server.media.put('head.png', await plainPicture('png', { width: 800, height: 200 }));
      server.site.save({ ...before, accent: '#ffff00', headPicture: '/media/head.png' });
      await page.goto(`${server.origin}/`);
      const leaf = "getComputedStyle(document.documentElement).getPropertyValue('--leaf')";
      const shown = new Set<unknown>();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        shown.add(await page.evaluate(leaf));
      }
      expect([...shown]).toEqual([expect.stringMatching(/^#7[0-9a-f]7[0-9a-f]00$/), '#ffff00']);
      // As wide as the column.
      expect(await page.evaluate("document.querySelector('.head-picture').naturalWidth")).toBe(640);
      await page.goto(`${server.origin}/post`);
      expect(await axeFaults(page)).toEqual([]);
    } finally {
      server.site.save(before);
      await context.close();
    }
  });

  it('keeps pictures on adjacent lines of a paragraph apart, and the lines of a text as they are', async () => {
    const wide = await plainPicture('png', { width: 1200, height: 300 });
    for (const name of ['a.png', 'b.png']) server.media.put(name, wide);
    server.media.put('small.png', await plainPicture('png', { width: 16, height: 16 }));
    const [one, other, small] = ['![A](/media/a.png)', '![B](/media/b.png)', '![S](/media/small.png)'];
    const words = 'words and words '.repeat(30);
    server.publish({
      title: 'Pictures',
      path: 'pictures',
      markdown: [
        `${one}\n${other}`,
        `${one}\\\n${other}`,
        `[${one}](/)\n[${other}](/)`,
        `${one}\n[${other}](/)`,
        `Text\n[${one}](/)\n${other}`,
        words,
        `${words.slice(0, 200)} ${small} ${words.slice(200)} ${small}`,
      ].join('\n\n'),
    });
    const page = await browser.newPage();
    try {
      await page.goto(`${server.origin}/pictures`);
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 800 });
        const gaps = await page.locator('.e-content p:has(img[alt=A])').evaluateAll((paragraphs) =>
          paragraphs.map((paragraph) => {
            const [above, below] = [...paragraph.querySelectorAll('img')].map((image) =>
              image.getBoundingClientRect(),
            );
            return below!.top - above!.bottom;
          }),
        );
        expect(gaps.length).toBe(5);
        expect(gaps.filter((gap) => gap < 8 || gap > 30)).toEqual([]);
        const lines = await page.locator('.e-content p:not(:has(img[alt=A]))').evaluateAll((paragraphs) =>
          paragraphs.map((paragraph) => {
            const height = paragraph.getBoundingClientRect().height;
            return height / Number.parseFloat(getComputedStyle(paragraph).lineHeight);
          }),
        );
        expect(lines.map((line) => Math.abs(line - Math.round(line)) < 0.01)).toEqual([true, true]);
      }
    } finally {
      await page.close();
    }
  });

  it.each(PAGES)('%s is no wider than its window', async (path) => {
    const page = await browser.newPage();
    try {
      page.setDefaultTimeout(LIMIT_MILLIS);
      await page.goto(server.origin + path);
      // A desktop, the same at 200 % zoom, and a phone.
      for (const width of [1100, 550, 360]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
    } finally {
      await page.close();
    }
  });

  it('is usable by keyboard: the first Tab skips to the text', async () => {
    const page = await browser.newPage();
    try {
      await page.goto(`${server.origin}/post`);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('#content:focus').waitFor();
      expect(new URL(page.url()).hash).toBe('#content');
    } finally {
      await page.close();
    }
  });
}
