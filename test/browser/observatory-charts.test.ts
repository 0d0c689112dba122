import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { busyBlog } from '../fixtures/busy-blog.ts';
import { NOW } from '../fixtures/still-runtime.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;
const FROM = NOW - 3_600_000;

run('a chart under the pointer', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  let overview: string;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    await house.launch();
    ({ overview } = await house.serve(busyBlog()));
    ({ page, complaints } = await house.open({ reducedMotion: 'reduce' }));
  });
  beforeEach(async () => {
    complaints.length = 0;
    const at = (millis: number): string => encodeURIComponent(new Date(millis).toISOString());
    await page.goto(`${overview}/route?name=GET%20%2Fsearch&from=${at(FROM)}&to=${at(NOW)}`);
  });
  afterAll(() => house.close());

  const chart = (title: string): Locator =>
    page
      .locator('.panel', { has: page.getByRole('heading', { name: title, exact: true }) })
      .locator('svg.chart');
  const durations = (): Locator => chart('Durations over time');
  const heat = (): Locator => chart('Distribution of durations over time');
  const readout = (): Locator => page.locator('.readout');

  /** A place on the plot of a chart, in parts of its width and height. */
  async function place(svg: Locator, across: number, down: number): Promise<readonly [number, number]> {
    await svg.scrollIntoViewIfNeeded();
    const { left, top, width, height } = await svg.evaluate((element: SVGSVGElement) => {
      const box = element.getBoundingClientRect();
      return { left: box.left, top: box.top, width: box.width, height: Number(element.dataset['height']) };
    });
    return [left + across * width, top + down * height];
  }
  async function press(svg: Locator, across: number, down: number): Promise<void> {
    await page.mouse.move(...(await place(svg, across, down)));
    await page.mouse.down();
  }
  const asked = (name: string): number =>
    Date.parse(new URL(page.url()).searchParams.get(name) ?? 'not asked');
  /** What one pixel of the narrowest chart stands for, and a little. */
  const CLOSE_MILLIS = 15_000;

  it('reads the numbers of its moment from the table behind it', async () => {
    await page.mouse.move(...(await place(durations(), 0.5, 0.5)));
    await readout().waitFor();
    const [moment, ...values] = (await readout().innerText()).split('\n');
    const row = await durations().evaluate((svg, at) => {
      const rows = [...svg.closest('.panel')!.querySelectorAll<HTMLTableRowElement>('tr[data-at]')];
      const found = rows.findLast((each) => Number(each.dataset['at']) <= at)!;
      return [...found.cells].map((cell) => cell.textContent.trim().replaceAll(/\s+/g, ' '));
    }, FROM + 1_800_000);
    expect(moment).toBe(row[0]);
    expect(values).toHaveLength(row.length - 1);
    for (const [index, value] of values.entries()) expect(value.endsWith(` ${row[index + 1]}`)).toBe(true);
    expect(values.join()).toMatch(/count \d+.*p50 .*p95 .*p99 /);
    const line = await page.locator('.crosshair').boundingBox();
    const [x] = await place(durations(), 0.5, 0.5);
    expect(Math.abs(line!.x - x)).toBeLessThanOrEqual(1);
  });

  it('goes away with the pointer, and when the page is scrolled', async () => {
    await page.mouse.move(...(await place(durations(), 0.5, 0.5)));
    await readout().waitFor();
    await page.mouse.move(2, 2);
    await readout().waitFor({ state: 'hidden' });
    await page.mouse.move(...(await place(durations(), 0.4, 0.5)));
    await readout().waitFor();
    await page.mouse.wheel(0, 60);
    await readout().waitFor({ state: 'hidden' });
    expect(await readout().isVisible()).toBe(false);
  });

  it.each([
    ['to the right', 0.25, 0.75],
    ['to the left', 0.75, 0.25],
  ])('dragged %s becomes the range of the page, which goes back', async (_, start, end) => {
    const before = page.url();
    await press(durations(), start, 0.5);
    await page.mouse.move(...(await place(durations(), end, 0.5)), { steps: 4 });
    expect(await page.locator('.selection').isVisible()).toBe(true);
    expect(await readout().innerText()).toMatch(/^\d\d:\d\d:\d\d – \d\d:\d\d:\d\d$/);
    await page.mouse.up();
    await page.waitForURL((url) => url.href !== before);
    expect(new URL(page.url()).searchParams.get('name')).toBe('GET /search');
    expect(Math.abs(asked('from') - (FROM + 900_000))).toBeLessThan(CLOSE_MILLIS);
    expect(Math.abs(asked('to') - (FROM + 2_700_000))).toBeLessThan(CLOSE_MILLIS);
    expect(Number(await durations().getAttribute('data-from'))).toBe(asked('from'));
    await page.goBack();
    expect(page.url()).toBe(before);
  });

  it('ends at its edge, wherever the pointer is released', async () => {
    const before = page.url();
    await press(durations(), 0.5, 0.5);
    await page.mouse.move(2, 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => url.href !== before);
    expect(asked('from')).toBe(FROM);
    expect(Math.abs(asked('to') - (FROM + 1_800_000))).toBeLessThan(CLOSE_MILLIS);
  });

  it('lists the traces of a region of time and duration', async () => {
    await press(heat(), 0.2, 0.1);
    await page.mouse.move(...(await place(heat(), 0.9, 0.6)), { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/\/traces\?/);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('type'), searchParams.get('series')]).toEqual(['http', 'GET /search']);
    const [min, max] = [Number(searchParams.get('min')), Number(searchParams.get('max'))];
    expect(min).toBeGreaterThan(0);
    expect(max).toBeGreaterThan(min);
    expect(Math.abs(asked('from') - (FROM + 720_000))).toBeLessThan(CLOSE_MILLIS);
    expect(await page.getByLabel('at least').inputValue()).toBe(String(min));
  });

  it('ignores Escape, a click and other buttons', async () => {
    const before = page.url();
    await press(durations(), 0.25, 0.5);
    await page.mouse.move(...(await place(durations(), 0.75, 0.5)), { steps: 4 });
    await page.keyboard.press('Escape');
    expect(await page.locator('.selection').isVisible()).toBe(false);
    await page.mouse.up();
    await page.mouse.click(...(await place(durations(), 0.5, 0.5)));
    await page.mouse.move(...(await place(durations(), 0.25, 0.5)));
    await page.mouse.down({ button: 'middle' });
    await page.mouse.move(...(await place(durations(), 0.75, 0.5)), { steps: 4 });
    await page.mouse.up({ button: 'middle' });
    expect(page.url()).toBe(before);
    expect(complaints).toEqual([]);
  });
});
