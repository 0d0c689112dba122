import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ReaderServer } from '../src/reader-server.ts';
import { axeFaults } from './axe.ts';
import { chromiumPath } from './chromium.ts';
import { launchChromium, LIMIT_MILLIS } from './launch-chromium.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const executablePath = chromiumPath();

// Everything that posts bring, on one page. On a machine without a browser the rest of the suite still stands.
if (executablePath !== undefined) {
  let browser: Browser;
  let server: ReaderServer;
  let page: Page;
  beforeAll(async () => {
    server = await new ReaderServer().start();
    const menu = Array.from({ length: 12 }, (_, index) => `${'W'.repeat(39)}${index % 10} /page-${index}`);
    server.site.save({
      ...server.site.values,
      title: 'T'.repeat(90),
      menu: menu.join('\n'),
      footer: 'f'.repeat(300),
    });
    const picture = readFileSync(
      new URL('rust-blog/content/GATs-stabilization-push/gats-reactions.png', FIXTURES),
    );
    server.media.put('torture/inline.png', picture.subarray());
    server.publish({
      title: 'A title that is long enough to need a third line on a phone, and then some more',
      path: 'torture',
      tags: ['Donaudampfschifffahrtselektrizitätenhauptbetriebswerk'.repeat(3)],
      markdown: readFileSync(new URL('torture-post.md', FIXTURES), 'utf8'),
    });
    server.publish({ title: 'x'.repeat(300), path: 'neighbour', publishedAtMillis: server.nowMillis - 1e10 });
    const row = (count: number, text: string): string => `|${` ${text} |`.repeat(count)}\n`;
    const wide = [4, 14, 20].map(
      (count) => row(count, 'Heading') + row(count, '---') + row(count, '12,345.67'),
    );
    server.publish({ title: 'Wide', path: 'wide-table', markdown: wide.join('\n') });
    browser = await launchChromium(executablePath);
    const context = await browser.newContext();
    context.setDefaultTimeout(LIMIT_MILLIS);
    page = await context.newPage();
  });
  afterAll(() => browser.close());

  /** The value of an expression for each element of a selector. */
  const each = <T>(selector: string, expression: string): Promise<readonly T[]> =>
    page.evaluate(
      `Array.from(document.querySelectorAll(${JSON.stringify(selector)}), (element) => ${expression})`,
    );
  const style = (selector: string, property: string): Promise<readonly string[]> =>
    each(selector, `getComputedStyle(element)['${property}']`);

  describe('a post with everything in it', () => {
    it('is no wider than a phone, a tablet or a desktop', async () => {
      await page.goto(`${server.origin}/torture`);
      for (const width of [360, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        // What scrolls by itself is no wider than its place.
        const tooWide = await each<string>(
          '.e-content *',
          `element.closest('pre, .table-scroll, math') === null && element.getBoundingClientRect().right > ${width} ? [element.outerHTML.slice(0, 80)] : []`,
        );
        expect(tooWide.flat()).toEqual([]);
      }
    });

    it.each(['/', '/neighbour', '/tags', '/search?q=opening'])('leaves %s no wider', async (path) => {
      await page.goto(server.origin + path);
      await page.setViewportSize({ width: 360, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await page.goto(`${server.origin}/torture`);
    });

    it('has all its styles in layers, in the order that the stylesheet names first', async () => {
      const rules = await page.evaluate(
        `Array.from(document.styleSheets[0].cssRules, (rule) => [rule.constructor.name, (rule.nameList ?? [rule.name]).join()])`,
      );
      const order = ['reset', 'tokens', 'base', 'content', 'parts', 'print'];
      expect(rules).toEqual([
        ['CSSLayerStatementRule', order.join()],
        ...['tokens', 'tokens', 'tokens', 'reset', ...order.slice(2)].map((name) => [
          'CSSLayerBlockRule',
          name,
        ]),
      ]);
    });

    it('has headings that each are smaller than the one above', async () => {
      await page.setViewportSize({ width: 1440, height: 800 });
      const sizes = await Promise.all(
        ['.post-head h1', ...[2, 3, 4, 5, 6].map((level) => `.e-content h${level}`)].map(
          async (selector) => (await style(selector, 'fontSize'))[0]!,
        ),
      );
      const pixels = sizes.map(Number.parseFloat);
      expect(pixels).toEqual([...new Set(pixels)].toSorted((a, b) => b - a));
    });

    it('aligns columns as Markdown and HTML say', async () => {
      expect(await style('table:not([width]) thead th', 'textAlign')).toEqual([
        'left',
        'center',
        'right',
        'left',
      ]);
      expect(await style('table[width] :is(th, td)', 'textAlign')).toEqual([
        'left',
        'right',
        'left',
        'right',
      ]);
      expect(await style('.e-content [dir=rtl] td', 'direction')).toEqual(['rtl', 'rtl']);
    });

    it('leaves a picture in its line, and puts one alone and its caption in the middle', async () => {
      const [lines] = await each<number>(
        'p:has(img):not(.picture)',
        'element.querySelector("img").getClientRects()[0].left - element.getBoundingClientRect().left',
      );
      expect(lines).toBeGreaterThan(0);
      const middles = await each<number>(
        '.picture img, figure img, figcaption',
        'Math.round(element.getBoundingClientRect().left + element.getBoundingClientRect().right - innerWidth)',
      );
      expect(middles).toEqual([0, 0, 0]);
      expect(await style('figcaption', 'textAlign')).toEqual(['center']);
    });

    it('begins without a space, and has less of it within than between', async () => {
      expect((await style('.e-content > :first-child', 'marginTop'))[0]).toBe('0px');
      const [between] = await style('.e-content > p + p, .e-content > ul', 'marginTop');
      const [within] = await style('.e-content > ul li > ul', 'marginTop');
      expect(Number.parseFloat(within!)).toBeLessThan(Number.parseFloat(between!));
      const [item] = await style('.e-content > ul > li:has(> p + p)', 'marginTop');
      const [paragraph] = await style('.e-content > ul > li > p + p', 'marginTop');
      expect(Number.parseFloat(item!)).toBeGreaterThan(Number.parseFloat(paragraph!));
      expect((await style('.e-content h2 + p', 'marginTop'))[0]).toBe('0px');
      expect(await style('.e-content td > :first-child', 'marginTop')).toEqual(['0px']);
    });

    it('has a paragraph of the other direction at its side, and an item beside its marker', async () => {
      expect(await style('.e-content > p[dir=rtl]', 'direction')).toEqual(['rtl']);
      const starts = await each<number>(
        '.e-content > ul:has(> li[dir=rtl]) > li',
        '(() => { const range = document.createRange(); range.selectNodeContents(element); return range.getBoundingClientRect().left; })()',
      );
      expect(starts).toHaveLength(2);
      expect(starts[0]).toBe(starts[1]);
    });

    it('has code from left to right in every text', async () => {
      const directions = await style('.e-content [dir=rtl] :is(code, pre)', 'direction');
      expect(new Set(directions)).toEqual(new Set(['ltr']));
      expect(await style('.e-content [dir=rtl] pre', 'textAlign')).toEqual(['left']);
    });

    it('has no fault that axe knows, in either theme', async () => {
      expect(await axeFaults(page)).toEqual([]);
    });

    it('shows drawings without a ground on a light one in the dark', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      const [ground] = await style('.e-content img', 'backgroundColor');
      await page.emulateMedia({ colorScheme: 'light' });
      expect([ground, ...(await style('.e-content img', 'backgroundColor')).slice(0, 1)]).toEqual([
        'rgb(223, 231, 225)',
        'rgba(0, 0, 0, 0)',
      ]);
    });

    it('is printed whole: nothing is cut, links have their addresses, the site stays away', async () => {
      await page.setViewportSize({ width: 700, height: 800 });
      await page.emulateMedia({ media: 'print' });
      const cut = await each<string>(
        'pre, .table-scroll',
        'element.scrollWidth > element.clientWidth + 1 ? [element.textContent.slice(0, 40)] : []',
      );
      expect(cut.flat()).toEqual([]);
      expect(await style('.site-head nav, .beside, .site-foot ul', 'display')).toEqual([
        'none',
        'none',
        'none',
      ]);
      const [shown] = await each<string>(
        '.e-content a[href^=http]',
        'getComputedStyle(element, "::after").content',
      );
      expect(shown).toContain('https://example.com/a/very/long');
      await page.emulateMedia({ media: 'screen' });
    });

    it('is printed with all of a long formula, in several lines', async () => {
      server.site.save({ ...server.site.values, math: 'on' });
      const terms = Array.from({ length: 40 }, (_, index) => `a_{${index}} x^{${index}}`);
      server.publish({
        title: 'Long',
        path: 'formula',
        markdown: `$$f(x) = ${terms.join(' + ')}$$\n\n$$y=x$$`,
      });
      await page.goto(`${server.origin}/formula`);
      await page.setViewportSize({ width: 680, height: 800 });
      await page.emulateMedia({ media: 'print' });
      const signs = await each<readonly [number, boolean]>(
        'math :is(mi, mn)',
        '[Math.round(element.getBoundingClientRect().top), element.getBoundingClientRect().right <= 681]',
      );
      expect(signs.length).toBeGreaterThan(160);
      expect(signs.filter(([, fits]) => !fits)).toEqual([]);
      expect(new Set(signs.map(([top]) => top)).size).toBeGreaterThan(4);
      await page.emulateMedia({ media: 'screen' });
    });

    it('is printed with every column of a wide table', async () => {
      await page.goto(`${server.origin}/wide-table`);
      await page.setViewportSize({ width: 680, height: 800 });
      await page.emulateMedia({ media: 'print' });
      const fits = await each<boolean>(
        'table',
        'element.getBoundingClientRect().right <= document.documentElement.clientWidth + 1',
      );
      expect(fits).toEqual([true, true, true]);
      await page.emulateMedia({ media: 'screen' });
    });
  });
}
