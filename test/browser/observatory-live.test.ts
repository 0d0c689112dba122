import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { LiveStreams } from '../../src/observatory/live/live-streams.ts';
import { busyBlog } from '../fixtures/busy-blog.ts';
import { NOW } from '../fixtures/still-runtime.ts';
import { PLAIN, type SpanSketch } from '../fixtures/trace-sketches.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

declare global {
  /** What the test adds to the page. */
  interface Window {
    received: string[];
    source: EventSource;
  }
}

const executablePath = chromiumPath();
const FAILING: readonly SpanSketch[] = [
  { name: 'GET /broken', type: 'http', at: 0, millis: 20, error: 'TypeError: nothing is there' },
];
const SLOW: readonly SpanSketch[] = [
  { name: 'GET /report/of/everything', type: 'http', at: 0, millis: 4000 },
  { name: 'SELECT everything', type: 'database', at: 1, millis: 3900, parent: 0 },
];

const run = executablePath === undefined ? describe.skip : describe;

run('live numbers in a browser', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  const blog = busyBlog();
  let overview: string;
  let server: Server;
  let live: LiveStreams;
  beforeAll(async () => {
    await house.launch();
    ({ overview, server, live } = await house.serve(blog));
  });
  beforeEach(() => changeRate(0.1));
  afterAll(() => house.close());

  const sentence = (page: Page) => page.locator('.sentence');
  const button = (page: Page) => page.locator('.live-button');

  /** The owner sets another rate, which pages show; a second later they may be told again. */
  function changeRate(rate: number): void {
    blog.pass(1000);
    blog.change({ METRICS_SAMPLING_RATE: String(rate) });
  }

  async function open(path: string, options: BrowserContextOptions = {}) {
    const asked: (string | undefined)[] = [];
    server.on('request', ({ url, headers }) => {
      if (url?.includes('/live?') === true) asked.push(headers['last-event-id'] as string | undefined);
    });
    const { page } = await house.open(options);
    // What arrives is written down before the page's own listeners see it.
    await page.addInitScript(() => {
      window.received = [];
      window.EventSource = class extends EventSource {
        constructor(address: string | URL) {
          super(address);
          window.source = this;
          this.addEventListener('moment', () => window.received.push('moment'));
        }
      };
    });
    await page.goto(`${overview}${path}`);
    await page.waitForFunction(() => window.received.length > 0);
    const received = (): Promise<number> => page.evaluate(() => window.received.length);
    return { page, asked, received };
  }

  it('changes what changed, in place', async () => {
    const { page } = await open('/sampling');
    await page.locator('h1').evaluate((title) => Object.assign(title, { same: true }));
    changeRate(0.5);
    await sentence(page).getByText('50\u00a0% of ordinary operations').waitFor();
    expect(await page.locator('h1').evaluate((title) => 'same' in title)).toBe(true);
    await page.close();
  });

  it('counts updates while it is paused, and shows the newest when it is resumed', async () => {
    const { page, received } = await open('/sampling');
    await button(page).click();
    const before = await received();
    for (const rate of [0.2, 0.3]) {
      changeRate(rate);
      await page.waitForFunction((count) => window.received.length > count, before + (rate === 0.2 ? 0 : 1));
    }
    expect(await button(page).textContent()).toBe('Paused · resume · 2 new');
    expect(await button(page).getAttribute('aria-pressed')).toBe('true');
    expect(await sentence(page).textContent()).toContain('10\u00a0%');
    await button(page).click();
    expect(await sentence(page).textContent()).toContain('30\u00a0%');
    // "every 5 s" on a machine that is slow to answer.
    expect(await button(page).textContent()).toMatch(/^Live.* · pause$/);
    await page.close();
  });

  it('shows the update interval if it is not every second', async () => {
    const { page } = await open('/sampling');
    // "every 5 s" on a machine that is slow to answer.
    expect(await button(page).textContent()).toMatch(/^Live.* · pause$/);
    await page.evaluate(() => window.source.dispatchEvent(new MessageEvent('pace', { data: '4' })));
    expect(await button(page).textContent()).toBe('Live, every 4 s · pause');
    await page.close();
  });

  it('continues after a broken connection from its last event, without gaps or duplicates', async () => {
    const { page, asked, received } = await open('/export');
    const before = await received();
    const again = page.waitForRequest((request) => request.url().includes('/live?'));
    live.close();
    await again;
    await page.locator('.live-button.live').waitFor();
    expect(asked.at(-1)).toMatch(/^[\w-]{16}$/);
    expect(asked).toHaveLength(2);
    // Nothing had changed, so nothing came twice; what happens now does come.
    expect(await received()).toBe(before);
    const figure = page.locator('#rail [data-go="a"] .figure');
    changeRate(0.7);
    await figure.getByText('70').waitFor();
    // And what happened while it was away was not lost.
    const third = page.waitForRequest((request) => request.url().includes('/live?'));
    live.close();
    changeRate(0.8);
    await third;
    await figure.getByText('80').waitFor();
    expect(asked[2]).not.toBe(asked[1]);
    await page.close();
  });

  it.each(['refused', 'held back'])('asks for the page now and then when the stream is %s', async (how) => {
    const { page } = await house.open();
    await page.clock.install();
    await page.route('**/live?*', (route) =>
      how === 'refused' ? route.fulfill({ status: 503 }) : new Promise<void>(() => {}),
    );
    await page.goto(`${overview}/sampling`);
    if (how === 'held back') await page.clock.fastForward(8000);
    await page.locator('.live-button.polling').waitFor();
    expect(await button(page).textContent()).toBe('Every 5 s · pause');
    changeRate(0.6);
    await page.clock.fastForward(5000);
    await sentence(page).getByText('60\u00a0%').waitFor();
    // The stream is tried again, and taken when it is there.
    await page.unroute('**/live?*');
    await page.clock.fastForward(60_000);
    await page.locator('.live-button.live').waitFor();
    changeRate(0.9);
    await sentence(page).getByText('90\u00a0%').waitFor();
    await page.close();
  });

  it('never moves the row under the pointer', async () => {
    const { page } = await open('/routes');
    const rows = page.locator('#page table.rows tbody tr');
    const keys = (): Promise<(string | null)[]> =>
      rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-key')));
    const order = await keys();
    await rows.nth(2).hover();
    const name = order.at(-1) === 'unknown paths' ? 'GET' : order.at(-1)!;
    const slow = { name, type: 'http' as const, at: 0, millis: 60_000 };
    blog.play([{ startMillis: NOW + 1000, spans: [slow] }]);
    await page.locator('.live-button', { hasText: '1 new' }).waitFor();
    expect(await keys()).toEqual(order);
    await page.mouse.move(5, 5);
    await page.waitForFunction(
      (first) => document.querySelector('#page table.rows tbody tr')?.getAttribute('data-key') === first,
      order.at(-1),
    );
    await page.close();
  });

  it.each([1440, 360])('moves hardly anything while the sentence changes, at %d px', async (width) => {
    const { page, received } = await open('', { viewport: { width, height: 900 } });
    const seen = await page.evaluateHandle(() => {
      const shifts: number[] = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push('value' in entry ? Number(entry.value) : NaN);
      }).observe({ type: 'layout-shift', buffered: false });
      return shifts;
    });
    const words = new Set<string | null>();
    for (const [index, spans] of [FAILING, PLAIN, SLOW, FAILING].entries()) {
      const before = await received();
      blog.play(
        Array.from({ length: 40 }, (_, at) => ({ startMillis: blog.telemetry.now() + 5 * at, spans })),
      );
      blog.pass(1000 + index);
      await page.waitForFunction((count) => window.received.length > count, before);
      // The frame after the change is painted.
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      words.add(await page.locator('.lead').textContent());
    }
    expect(words.size).toBeGreaterThan(2);
    const shifts = await seen.jsonValue();
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThanOrEqual(0.02);
    await page.close();
  });

  it('shows on demand what of a longer sentence has no room', async () => {
    const { page, received } = await open('', { viewport: { width: 360, height: 900 } });
    const lead = page.locator('.lead');
    const isCut = (): Promise<boolean> => lead.evaluate((box) => box.scrollHeight > box.clientHeight + 1);
    await lead.evaluate((box) => {
      box.querySelector('.sentence')!.textContent = 'All fine.';
      // Then its height is read anew.
      dispatchEvent(new Event('resize'));
    });
    const before = await received();
    blog.play([{ startMillis: blog.telemetry.now(), spans: FAILING }]);
    blog.pass(1000);
    await page.waitForFunction((count) => window.received.length > count, before);
    await page.locator('.lead-more').waitFor();
    expect(await isCut()).toBe(true);
    await page.locator('.lead-more').click();
    expect([await isCut(), await page.locator('.lead-more').isVisible()]).toEqual([false, false]);
    await page.close();
  });

  it('has times in the zone of its browser, and moves on to another one with it', async () => {
    const { page } = await open('', { timezoneId: 'Pacific/Auckland' });
    await page.getByText('Times in Pacific/Auckland, UTC+13').last().waitFor();
    expect(await page.locator('#page').getAttribute('data-zone')).toBe('Pacific/Auckland');
    const [{ value, path } = { value: '', path: '' }] = await page.context().cookies();
    expect([value, path]).toEqual(['Pacific/Auckland', '/admin/metrics-dashboard']);
    await page.close();
  });

  it('keeps open details open, and typed text', async () => {
    const { page } = await open('');
    await page.locator('details.behind > summary').first().click();
    await page.locator('.custom-range > summary').click();
    changeRate(0.4);
    await page.locator('#rail [data-go="a"] .figure').getByText('40').waitFor();
    expect(await page.locator('details.behind').first().getAttribute('open')).not.toBeNull();
    expect(await page.locator('.custom-range').getAttribute('open')).not.toBeNull();
    await page.close();
  });
});
