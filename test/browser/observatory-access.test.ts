import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { busyBlog, SEARCH_TRACE } from '../fixtures/busy-blog.ts';
import { PAGE_ADDRESSES } from '../fixtures/page-addresses.ts';
import { chromiumPath } from './chromium.ts';
import { seriousFaults } from './axe.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;

run('the observatory in a browser', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  let overview: string;
  let origin: string;
  let shared: Awaited<ReturnType<ObservatoryBrowser['open']>>;
  beforeAll(async () => {
    await house.launch();
    ({ overview, origin } = await house.serve(busyBlog()));
    shared = await house.open({ reducedMotion: 'reduce', viewport: { width: 360, height: 740 } });
  });
  afterAll(() => house.close());

  it.each(PAGE_ADDRESSES)(
    '%s: nothing serious for axe in two themes, nothing against the policy, nobody else asked, no sideways scroll at 360 px',
    async (path) => {
      const { page, complaints, requests } = shared;
      complaints.length = 0;
      requests.length = 0;
      const answer = await page.goto(`${overview}${path}`);
      expect(await seriousFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      // The browser reports a status of 400 and above in its console; that much is meant.
      expect(
        complaints.filter((text) => answer!.status() < 400 || !text.includes('Failed to load resource')),
      ).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
      expect(await bareCharts(page)).toEqual([]);
      expect(await movingParts(page)).toEqual([]);
    },
  );

  it('is judged row by row, and in each theme', async () => {
    const { page } = await house.open();
    await page.goto(`${overview}/routes`);
    // An update would bring the row of before.
    await page.locator('.live-button').click();
    const last = page.locator('table.rows tbody tr').last().locator('td');
    await last.evaluateAll(([first, second]) => {
      first!.style.color = '#ccc';
      second!.style.color = '#333';
    });
    expect(await seriousFaults(page)).toEqual([
      expect.stringMatching(/^color-contrast: <span class="per"/),
      expect.stringMatching(/^dark color-contrast: .*51, 51, 51/),
    ]);
    await page.close();
  });

  it('is reached by Tab alone, all of it', async () => {
    const { page } = await house.open();
    await page.goto(overview);
    // Kept outside the page, where a live update does not reach.
    const left = await page.evaluateHandle(() => {
      const all = [
        ...document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary'),
      ].filter(
        (element) =>
          element.getAttribute('tabindex') !== '-1' &&
          element.checkVisibility() &&
          (element as HTMLInputElement).type !== 'hidden',
      );
      return new Set<Element | null>(all);
    });
    const wanted = await left.evaluate(({ size }) => size);
    expect(wanted).toBeGreaterThan(50);
    const unreached = (): Promise<readonly string[]> =>
      left.evaluate((elements) => {
        elements.delete(document.activeElement);
        return [...elements].map((element) => element?.outerHTML.slice(0, 120) ?? '');
      });
    for (let press = 0; press < wanted * 2 && (await unreached()).length > 0; press++)
      await page.keyboard.press('Tab');
    expect(await unreached()).toEqual([]);
    await page.close();
  });

  it('lists its keys on `?`, over the page, and they do what the list says', async () => {
    const { page } = await house.open();
    await page.goto(overview);
    await page.keyboard.press('?');
    const dialog = page.locator('dialog.keys-dialog[open]');
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('Routes');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL(`${overview}/routes`);
    await page.keyboard.press('4');
    await page.waitForURL(`${overview}/routes?from=-6h`);
    await page.keyboard.press('p');
    await page.locator('.live-button.paused').waitFor();
    // From a page without the field to the one that has it.
    await page.keyboard.press('/');
    await page.waitForURL(`${overview}/traces?from=-6h#search`);
    await page.locator('input[data-search]:focus').waitFor();
    await page.keyboard.type('gr?1');
    expect(await page.locator('input[data-search]').inputValue()).toBe('gr?1');
    await page.close();
  });

  it('lets the viewer disable letter shortcuts', async () => {
    const { page } = await house.open();
    await page.goto(`${overview}/keys`);
    await page.locator('[data-key-switch] input').uncheck();
    await page.keyboard.press('1');
    await page.reload();
    expect(await page.locator('[data-key-switch] input').isChecked()).toBe(false);
    expect(page.url()).toBe(`${overview}/keys`);
    await page.close();
  });

  it('needs no script from the overview to the attributes of a span', async () => {
    const { page } = await house.open({ javaScriptEnabled: false });
    await page.goto(overview);
    await page.locator('table.rows a.name', { hasText: '/search' }).first().click();
    expect(await page.locator('h1').textContent()).toContain('GET /search');
    await page.locator(`a[href*="/traces/${SEARCH_TRACE}"]`).first().click();
    await page.locator('table.waterfall a.open', { hasText: 'posts_fts' }).first().click();
    expect(new URL(page.url()).searchParams.get('span')).toMatch(/^[0-9a-f]{16}$/);
    expect(await page.locator('.span-panel').textContent()).toContain('db.response.returned_rows');
    await page.close();
  });

  it('needs no script to filter, to choose a range, a region, and to find the keys', async () => {
    const { page } = await house.open({ javaScriptEnabled: false });
    await page.goto(`${overview}/traces`);
    await page.getByText('one operation').click();
    await page.getByLabel('status').selectOption('error');
    await page.getByLabel('at least').fill('1ms');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({
      status: 'error',
      min: '1ms',
    });
    expect(await page.locator('tbody tr').count()).toBe(3);
    await page.goto(overview);
    await page.locator('.region > summary').click();
    await page.locator('.region').getByLabel('at least').fill('500ms');
    await page.getByRole('button', { name: 'List traces' }).click();
    const region = new URL(page.url());
    expect(region.pathname).toMatch(/\/traces$/);
    expect(region.searchParams.get('min')).toBe('500ms');
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(0);
    await page.locator('.custom-range > summary').click();
    await page.getByRole('button', { name: 'Show' }).click();
    expect(new URL(page.url()).searchParams.get('min')).toBe('500ms');
    await page.getByRole('link', { name: /^keys/ }).click();
    expect(await page.locator('[data-key-list]').textContent()).toContain('this list');
    await page.close();
  });

  it('works behind a path prefix', async () => {
    const { overview: behind, origin: host } = await house.serve(busyBlog(), '/far/away');
    const { page, complaints, requests } = await house.open();
    await page.goto(behind);
    await page.locator('.live-button.live').waitFor();
    await page.evaluate(() => document.fonts.ready);
    for (const entry of ['Routes', 'Queries', 'Traces', 'Buffer'])
      await page.locator('#rail').getByRole('link', { name: entry }).click();
    await page.locator('h1', { hasText: 'Buffer' }).waitFor();
    await page.keyboard.press('?');
    await page.locator('dialog.keys-dialog[open]').waitFor();
    expect(requests.filter((url) => !url.startsWith(`${host}/far/away/`))).toEqual([]);
    expect(requests.filter((url) => url.endsWith('.woff2')).length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** Charts without a table in their panel. */
function bareCharts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('svg.chart')]
      .filter((chart) => !chart.closest('.panel')?.querySelector('table, dl'))
      .map((chart) => chart.getAttribute('aria-label') ?? 'no label'),
  );
}

/** Elements that would move although the viewer asked for stillness. */
function movingParts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return parseFloat(transitionDuration) > 0 || animationName !== 'none';
      })
      .map((element) => element.outerHTML.slice(0, 80)),
  );
}
