import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { FAILING_TRACE, FakeTelemetry, SEARCH_TRACE } from '../src/observatory/fake-telemetry.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser, seriousFaults } from './observatory-browser.ts';

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
    ({ overview } = await house.serve(new FakeTelemetry()));
    ({ page, complaints } = await house.open({ reducedMotion: 'reduce' }));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  }, 60_000);
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

  it('is walked with the arrows, Home and End, in one stop of the Tab key', async () => {
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

  it('copies the command', async () => {
    await page.locator('.curl summary').click();
    await page.locator('button[data-copy]').click();
    await page.locator('button[data-copy]', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('curl http://localhost/search');
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

  it.each(['?view=flame', '?q=layout', '/../import'])(
    '%s has nothing serious for axe, nor scrolls sideways',
    async (query) => {
      await page.goto(`${overview}/traces/${SEARCH_TRACE}${query}`.replace(`/${SEARCH_TRACE}/..`, ''));
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await seriousFaults(page)).toEqual([]);
      }
      const size = page.viewportSize()!;
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await page.setViewportSize(size);
      expect(complaints).toEqual([]);
    },
  );
});
