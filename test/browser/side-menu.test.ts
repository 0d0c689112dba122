import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { adminPage } from '../../src/accounts/admin-layout.ts';
import { html } from '../../src/markup/html.ts';
import { createAssets, installedAssetFolders } from '../../src/site/assets.ts';
import { chromiumPath } from './chromium.ts';
import { launchChromium, LIMIT_MILLIS } from './launch-chromium.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;
const assets = createAssets(installedAssetFolders());

/** Of the longest kind: five lines at the foot of the menu. */
const COST =
  'Telemetry costs about 12.5 % of a core, 123.4 MB of memory, 183.5 µs per span; these pages come on top: 12.49 % of a core, both since the start.';
const PAGE = adminPage({
  title: 'Overview',
  current: 'overview',
  body: html`<h1>Overview</h1>
    <div style="height: 3000px"></div>`,
  site: { title: 'Glasshouse' },
  assets,
  csrfToken: 'token',
  cost: html`<a href="/">${COST}</a>`,
  figures: { overview: '17.51 /s', process: '608 MB', failures: '1,112', sampling: 'per type' },
}).text;

run('the side menu', () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    const app = new Koa();
    app.use((ctx) => {
      if (ctx.path.startsWith('/assets/')) return assets.serve(ctx, ctx.path.slice('/assets/'.length));
      ctx.body = PAGE;
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was taken');
    origin = `http://127.0.0.1:${address.port}/`;
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  });

  async function opened(
    width: number,
    height: number,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MILLIS);
    await page.goto(origin);
    if (width <= 760) await page.click('.top-bar summary');
    return page;
  }

  const signOut = (page: Page) => page.locator('.sign-out button').filter({ visible: true });
  const entries = (page: Page) => page.locator('nav li a').filter({ visible: true });

  for (const colorScheme of ['light', 'dark'] as const)
    it.each([
      [1440, 900],
      [1280, 720],
      [1280, 480],
      [360, 740],
      [740, 360],
    ])(
      `has the way out on the screen, and all entries by keyboard: %i × %i, ${colorScheme}`,
      async (width, height) => {
        const page = await opened(width, height, colorScheme);
        const isOnScreen = (box: { y: number; height: number } | null) =>
          box !== null && box.y >= 0 && box.y + box.height <= height;
        expect(isOnScreen(await signOut(page).boundingBox())).toBe(true);
        const last = entries(page).last();
        // Whatever is longer than its box scrolls to where the focus is.
        await entries(page)
          .nth((await entries(page).count()) - 2)
          .focus();
        await page.keyboard.press('Tab');
        expect(await last.evaluate((link) => link === document.activeElement)).toBe(true);
        const box = await last.boundingBox();
        expect(isOnScreen(box)).toBe(true);
        const out = await signOut(page).boundingBox();
        expect(box!.y + box!.height).toBeLessThanOrEqual(out!.y);
        const isCovered = await last.evaluate((link) => {
          const { left, top, width: wide, height: high } = link.getBoundingClientRect();
          return !link.contains(document.elementFromPoint(left + wide / 2, top + high / 2));
        });
        expect(isCovered).toBe(false);
        await page.context().close();
      },
    );

  it('needs no scrolling on a screen of 900 px, and little height scrolls all of it', async () => {
    const page = await opened(1440, 900);
    const scrolls = (selector: string): Promise<boolean> =>
      page.locator(selector).evaluate((box) => box.scrollHeight > box.clientHeight);
    expect([await scrolls('.rail nav'), await scrolls('.rail')]).toEqual([false, false]);
    await page.setViewportSize({ width: 1280, height: 300 });
    expect([await scrolls('.rail nav'), await scrolls('.rail')]).toEqual([false, true]);
    await page.context().close();
  });
});
