import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { busyBlog, FAILING_TRACE, SEARCH_TRACE } from '../fixtures/busy-blog.ts';
import { chromiumPath } from './chromium.ts';
import { seriousFaults } from './axe.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;
const spanOf = (index: number): string => `${SEARCH_TRACE.slice(0, 12)}${String(index).padStart(4, '0')}`;

run('a trace in a browser', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  let overview: string;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    await house.launch();
    ({ overview } = await house.serve(busyBlog()));
    ({ page, complaints } = await house.open({ reducedMotion: 'reduce' }));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  beforeEach(async () => {
    complaints.length = 0;
    await page.goto(`${overview}/traces/${SEARCH_TRACE}`);
  });
  afterAll(() => house.close());

  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');
  const visible = (): Promise<string[]> =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLElement>('tr[id^=span-]'))
        .filter((row) => row.offsetParent !== null)
        .map((row) => row.id),
    );
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focusRoot = (): Promise<void> => page.locator(`#span-${spanOf(0)}`).focus();

  it('supports arrow keys, Home and End, as one tab stop', async () => {
    await focusRoot();
    await press('ArrowDown', 'ArrowDown');
    expect(await focused()).toBe(`span-${spanOf(2)}`);
    await press('Home');
    expect(await focused()).toBe(`span-${spanOf(0)}`);
    await press('End');
    expect(await focused()).toBe(`span-${spanOf(29)}`);
    await press('ArrowLeft');
    expect(await focused()).toBe(`span-${spanOf(28)}`);
    expect(await page.locator('table[role=treegrid] [tabindex="0"]').count()).toBe(1);
    expect(await page.locator('table[role=treegrid] a:not([tabindex="-1"])').count()).toBe(0);
  });

  it('folds and unfolds in place, in the address too', async () => {
    const all = await visible();
    await focusRoot();
    await press('ArrowLeft');
    expect(await visible()).toEqual([`span-${spanOf(0)}`]);
    expect(page.url()).toContain(`collapsed=${spanOf(0)}`);
    await press('ArrowRight');
    expect(await visible()).toEqual(all);
    expect(page.url()).not.toContain('collapsed');
    await page.locator(`#span-${spanOf(28)} a.twisty`).click();
    expect(await visible()).toEqual(all.filter((id) => id !== `span-${spanOf(29)}`));
    await page.reload();
    expect(await visible()).toEqual(all.filter((id) => id !== `span-${spanOf(29)}`));
    // What the server left out is asked for.
    await page.locator(`#span-${spanOf(28)} a.twisty`).click();
    await page.waitForURL((url) => !url.searchParams.get('collapsed'));
    expect(await visible()).toEqual(all);
  });

  it('opens a span beside the rows with Enter, and goes back', async () => {
    await focusRoot();
    await press('Enter');
    await page.waitForFunction(() =>
      document.querySelector('#span-panel h2')?.textContent?.includes('GET /search'),
    );
    expect(await page.locator('tr[aria-current=true]').getAttribute('id')).toBe(`span-${spanOf(0)}`);
    expect(page.url()).toContain(`span=${spanOf(0)}`);
    expect(await focused()).toBe(`span-${spanOf(0)}`);
    await page.goBack();
    await page.waitForFunction(() =>
      document.querySelector('#span-panel h2')?.textContent?.includes('SELECT posts_fts'),
    );
    expect(await page.locator('tr[aria-current=true]').getAttribute('id')).toBe(`span-${spanOf(2)}`);
  });

  it('puts the cursor into the filter with f, and leaves it a letter there', async () => {
    await press('f');
    await press('f', 't', 's');
    expect(await page.locator('input[data-find]').inputValue()).toBe('fts');
    await press('Enter');
    await page.waitForURL(/q=fts/);
    expect(await visible()).toEqual([`span-${spanOf(0)}`, `span-${spanOf(2)}`]);
  });

  it('goes from match to match in place, with n and N and their links', async () => {
    await page.goto(`${overview}/traces/${SEARCH_TRACE}?q=SELECT&span=${spanOf(3)}`);
    const matches = page.locator('.matches');
    expect(await matches.innerText()).toMatch(/^2 of 26\s+found/);
    await page.evaluate(() => Object.assign(window, { same: true }));
    await press('n');
    await matches.getByText('3 of 26').waitFor();
    expect(page.url()).toContain(`span=${spanOf(4)}`);
    expect(await focused()).toBe(`span-${spanOf(4)}`);
    await press('N');
    await matches.getByText('2 of 26').waitFor();
    await page.getByRole('link', { name: 'Previous match' }).click();
    await matches.getByText('1 of 26').waitFor();
    expect(await page.locator('tr[aria-current=true]').getAttribute('id')).toBe(`span-${spanOf(2)}`);
    await press('N');
    expect(await matches.innerText()).toMatch(/^1 of 26/);
    expect(await page.evaluate(() => 'same' in window)).toBe(true);
    // What leads on from here takes the open span along.
    const flame = page.getByRole('link', { name: 'Flame graph' });
    expect(await flame.getAttribute('href')).toContain(`span=${spanOf(2)}`);
  });

  const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

  it('copies the command, the trace id and the id of the selected span', async () => {
    await page.locator('.curl summary').click();
    await page.getByRole('button', { name: 'Copy the command' }).click();
    await page.locator('button[data-copy]', { hasText: 'Copied' }).waitFor();
    expect(await clipboard()).toBe('curl http://localhost/search');
    await page.locator('.curl summary').click();
    await page.getByRole('button', { name: 'Copy the trace id' }).click();
    await page.waitForFunction(async (id) => (await navigator.clipboard.readText()) === id, SEARCH_TRACE);
    await page.locator(`#span-${spanOf(28)} a.open`).click();
    await page.waitForFunction(() =>
      document.querySelector('#span-panel h2')?.textContent?.includes('render'),
    );
    await page.getByRole('button', { name: 'Copy the span id' }).click();
    await page.waitForFunction(async (id) => (await navigator.clipboard.readText()) === id, spanOf(28));
  });

  it('offers no copy without its script', async () => {
    const { page: plain } = await house.open({ javaScriptEnabled: false });
    await plain.goto(`${overview}/traces/${SEARCH_TRACE}`);
    const buttons = await plain.locator('button[data-copy]').all();
    expect(buttons).toHaveLength(3);
    for (const button of buttons) expect(await button.isVisible()).toBe(false);
    await plain.close();
  });

  it('shows the part of its time that is dragged over on the map', async () => {
    await page.goto(`${overview}/traces/${SEARCH_TRACE}?unfold=1`);
    const map = (await page.locator('.mini-map svg').boundingBox())!;
    const middle = map.y + map.height / 2;
    await page.mouse.move(map.x + map.width * 0.5, middle);
    await page.mouse.down();
    await page.mouse.move(map.x + map.width, middle, { steps: 4 });
    expect(await page.locator('.readout').innerText()).toMatch(/^5\d\d\sms – 1\.04\ss$/);
    await page.mouse.up();
    await page.waitForURL(/zoom=5\d\d/);
    expect(await page.locator('.waterfall thead text').first().textContent()).toMatch(/^5\d\d\sms$/);
    await page.getByRole('link', { name: 'show the whole trace' }).click();
    await page.waitForURL((url) => !url.searchParams.has('zoom'));
    expect(await page.locator('.waterfall thead text').first().textContent()).toBe('0');
  });

  it('scrolls a long waterfall in its own box, to the selected span, under its axis', async () => {
    await page.goto(`${overview}/traces/${SEARCH_TRACE}?unfold=1&span=${spanOf(27)}`);
    const [box, row, axis] = await Promise.all(
      ['.waterfall-box', `#span-${spanOf(27)}`, '.waterfall thead th'].map((each) =>
        page.locator(each).first().boundingBox(),
      ),
    );
    expect(row!.y).toBeGreaterThan(axis!.y + axis!.height - 1);
    expect(row!.y + row!.height).toBeLessThanOrEqual(box!.y + box!.height);
    expect(Math.abs(axis!.y - box!.y)).toBeLessThanOrEqual(1);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(2200);
  });

  it('keeps spans that were opened one by one when the number of levels changes', async () => {
    await page.goto(`${overview}/traces/${SEARCH_TRACE}?levels=2`);
    expect(await visible()).not.toContain(`span-${spanOf(29)}`);
    await page.locator(`#span-${spanOf(28)} a.twisty`).click();
    await page.waitForURL(new RegExp(`collapsed=${spanOf(28)}`));
    expect(await visible()).toContain(`span-${spanOf(29)}`);
    await page.locator(`#span-${spanOf(28)} a.twisty`).click();
    await page.waitForURL((url) => !url.searchParams.has('collapsed'));
    expect(await visible()).not.toContain(`span-${spanOf(29)}`);
    expect(page.url()).toContain('levels=2');
  });

  it('reads a file into the form and shows its trace', async () => {
    const file = await (
      await page.context().request.get(`${overview}/traces/${FAILING_TRACE}?format=otlp`)
    ).body();
    await page.goto(`${overview}/traces/import`);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: file });
    await page.waitForFunction(() =>
      document.querySelector('textarea')?.value.startsWith('{"resourceSpans"'),
    );
    await page.getByRole('button', { name: 'Import' }).click();
    await page.waitForURL(`${overview}/traces/imported/${FAILING_TRACE}`);
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each(['?view=flame', '?view=log', '?q=layout', '?unfold=1&zoom=900-1040', '/../import'])(
    '%s has nothing serious for axe, nor scrolls sideways',
    async (query) => {
      await page.goto(`${overview}/traces/${SEARCH_TRACE}${query}`.replace(`/${SEARCH_TRACE}/..`, ''));
      expect(await seriousFaults(page)).toEqual([]);
      const size = page.viewportSize()!;
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await page.setViewportSize(size);
      expect(complaints).toEqual([]);
    },
  );
});
