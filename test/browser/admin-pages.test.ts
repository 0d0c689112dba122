import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { plainPicture } from '../fixtures/pictures.ts';
import { AdminServer, type Visitor } from '../src/accounts/admin-server.ts';
import { countReaders } from '../src/accounts/counted-readers.ts';
import { chromiumPath } from './chromium.ts';
import { giveSession } from './owner-session.ts';
import { launchChromium, LIMIT_MILLIS } from './launch-chromium.ts';

const executablePath = chromiumPath();

/** Without a place to break it. */
const LONG = 'averylongwordwithoutanyplacetobreakit'.repeat(3);
const PAGES = [
  '/admin/posts',
  `/admin/posts?text=${LONG}`,
  '/admin/posts?status=draft',
  '/admin/posts/new',
  '/admin/posts/1/edit',
  '/admin/posts/1/links',
  '/admin/posts/1/delete',
  '/admin/tags',
  '/admin/redirects',
  '/admin/readers',
  '/admin/readers?days=1',
  `/admin/readers?post=${LONG}`,
  '/admin/media',
  `/admin/media/file?name=${LONG}.png`,
  `/admin/media/remove?name=${LONG}.png`,
  '/admin/settings',
  '/admin/settings/passkeys',
  '/admin/sign-in',
  '/admin/nowhere',
];

if (executablePath !== undefined) {
  describe('the owner’s pages on a phone', () => {
    let server: AdminServer;
    let owner: Visitor;
    let browser: Browser;
    let context: BrowserContext;
    beforeAll(async () => {
      server = new AdminServer();
      countReaders(server);
      await server.start();
      owner = await server.owner();
      await fill();
      browser = await launchChromium(executablePath);
      context = await browser.newContext();
      await giveSession(context, server);
    });
    afterAll(() => browser.close());

    async function fill(): Promise<void> {
      const shown = { markdown: `${LONG} [x](/${LONG})`, tags: [LONG, 'Old'], authors: [LONG] };
      server.posts.create({
        ...shown,
        title: LONG,
        path: LONG,
        status: 'published',
        aliases: [`old-${LONG}`],
      });
      server.posts.create({ ...shown, title: LONG, status: 'draft' });
      server.media.put(`${LONG}.png`, await plainPicture('png', { width: 40, height: 40 }));
      const headers = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };
      await server.ask(`/${LONG}`, {
        headers: { ...headers, Referer: `https://${LONG.slice(0, 60)}.example/` },
      });
      await server.ask(`/tags/${LONG}/feed.atom`, {
        headers: { 'User-Agent': 'FreshRSS/1.24 (16 subscribers)' },
      });
      await server.ask(`/tags/${LONG}/feed.rss`, { headers: { 'User-Agent': `${LONG}/1.0` } });
      await owner.get('/admin/tags');
      await owner.post('/admin/tags', { from: 'Old', to: `new${LONG}` });
      await owner.post('/admin/redirects', { from: `/gone-${LONG}`, to: `/to-${LONG}` });
      await owner.post('/admin/posts/1/links', { label: LONG, days: '7' });
      const draft = 'a-long-editor';
      await owner.post('/admin/posts/unsaved', { draft, title: LONG, markdown: LONG, status: 'draft' });
    }

    it.each(PAGES)('%s is no wider than its window', async (path) => {
      const page = await context.newPage();
      try {
        page.setDefaultTimeout(LIMIT_MILLIS);
        for (const width of [360, 320]) {
          await page.setViewportSize({ width, height: 740 });
          const answer = await page.goto(server.origin + path);
          expect(answer?.status()).toBe(path === '/admin/nowhere' ? 404 : 200);
          const wide = await page.evaluate(() => {
            const room = document.documentElement.clientWidth;
            return document.documentElement.scrollWidth <= room
              ? []
              : [...document.querySelectorAll('body *')]
                  .filter((element) => element.getBoundingClientRect().right > room + 1)
                  .map(
                    (element) =>
                      `${element.parentElement?.className}>${element.tagName}.${element.className}`,
                  );
          });
          expect([width, wide]).toEqual([width, []]);
        }
      } finally {
        await page.close();
      }
    });
  });
}
