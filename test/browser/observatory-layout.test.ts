import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { TraceLinkStore } from '../../src/accounts/trace-link-store.ts';
import { SHARED_TRACE_PATH } from '../../src/process/own-addresses.ts';
import { busyBlog, SEARCH_TRACE } from '../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../fixtures/measured-blog.ts';
import { serveObservatory } from '../fixtures/observatory-server.ts';
import { NOW } from '../fixtures/still-runtime.ts';
import { PLAIN } from '../fixtures/trace-sketches.ts';
import { temporaryBlog } from '../src/temporary-blog.ts';
import type { Marker } from '../../otel/query.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;

const WIDTHS = [360, 820, 1100, 1440] as const;
/** How requests ended, what a statement costs, how a trace ended, how often something failed. */
const SHOWN_ON_A_PHONE: Readonly<Record<string, RegExp>> = {
  routes: /3 failed of 43 requests/,
  queries: /96\s%/,
  traces: /500 failed/i,
  slow: /2,310/,
  failures: /TypeError[^]*\btag\b[^]*3\s+\d\d:\d\d:\d\d/,
  objectives: /availability 99\.9\s%/,
  alerts: /since \d\d:\d\d:\d\d/,
  stalls: /times\s+longest/,
  'slow?type=http&series=GET+%2Fsearch': /1,040/,
};

/** Pairs of labels of one chart that touch. */
function touching(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('svg.chart')].flatMap((chart) => {
      const labels = [...chart.querySelectorAll('text.axis:not(.empty)')]
        .map((label) => ({ text: label.textContent ?? '', box: label.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0);
      return labels.flatMap((a, index) =>
        labels
          .slice(index + 1)
          .filter(
            (b) =>
              a.box.left < b.box.right - 1 &&
              b.box.left < a.box.right - 1 &&
              a.box.top < b.box.bottom - 1 &&
              b.box.top < a.box.bottom - 1,
          )
          .map((b) => `${chart.getAttribute('aria-label') ?? ''}: ${a.text} and ${b.text}`),
      );
    }),
  );
}

/** Its charts mark a start, another one and changed settings close to each other. */
function marked(): MeasuredBlog {
  const blog = busyBlog();
  const { markers } = blog.telemetry;
  // A second start needs a history file.
  const more: readonly Marker[] = [
    { atMillis: NOW - 48 * 60_000, kind: 'start', label: 'restart' },
    { atMillis: NOW - 42 * 60_000, kind: 'settings', label: 'rate 1 → 0.1' },
  ];
  blog.telemetry.markers = (range) => [
    ...markers.call(blog.telemetry, range),
    ...more.filter(({ atMillis }) => atMillis >= range.fromMillis && atMillis < range.toMillis),
  ];
  return blog;
}

/** One of eight long addresses, each asked for by five clients with their own programs. */
const notFound = (index: number) => ({
  startMillis: NOW - 60_000 + index * 1000,
  spans: [
    {
      name: 'GET /media/:path',
      type: 'http' as const,
      at: 0,
      millis: 2,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/media/:path',
        'url.path': `/media/2026/08/21/a-long-name-of-a-post-about-the-harbour/picture-${index % 8}.png`,
        'client.address': `192.0.2.${index + 1}`,
        'user_agent.original': `Reader${index}/1.0`,
        'http.response.status_code': 404,
      },
    },
  ],
});

const everySecond = Array.from({ length: 45 }, (_, index) => ({
  startMillis: NOW - 46_000 + index * 1000,
  spans: PLAIN,
}));

run('the observatory on every width', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  let overview: string;
  let young: string;
  let page: Page;
  beforeAll(async () => {
    await house.launch();
    ({ overview } = await house.serve(marked()));
    ({ overview: young } = await house.serve(
      new MeasuredBlog({ startedMillisAgo: 47_000, happened: everySecond }),
    ));
    ({ page } = await house.open({ reducedMotion: 'reduce' }));
  });
  afterAll(() => house.close());

  it.each([
    ['young', ''],
    ['young', '/process'],
    ...['-5m', '-1h', '-24h', '-30d'].map((from) => ['busy', `?from=${from}`] as const),
    ['busy', '/process?from=-6h'],
  ] as const)('keeps the labels of charts apart on every width, of a %s process: %s', async (of, path) => {
    await page.goto((of === 'young' ? young : overview) + path);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      expect([width, await touching(page)]).toEqual([width, []]);
    }
  });

  it('cuts nothing off the tables of the overview', async () => {
    await page.goto(overview);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page
        .locator('.grid.tables .scroll')
        .evaluateAll((all) => all.map((box) => box.scrollWidth - box.clientWidth));
      expect([width, cut]).toEqual([width, [0, 0]]);
    }
  });

  it.each(Object.keys(SHOWN_ON_A_PHONE))(
    'shows the whole of a row of %s on a phone, with what matters in it',
    async (name) => {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(`${overview}/${name}`);
      const boxes = page.locator('main .panel > .scroll');
      const cut = await boxes.evaluateAll((all) => all.map((box) => box.scrollWidth - box.clientWidth));
      expect(cut.length).toBeGreaterThan(0);
      expect(Math.max(...cut)).toBe(0);
      const words = await boxes.first().innerText();
      expect(words).toMatch(SHOWN_ON_A_PHONE[name]!);
    },
  );

  it('gives a long address the width of a phone, with count, time and the rest on one line below', async () => {
    const { overview: lost } = await house.serve(
      new MeasuredBlog({ happened: Array.from({ length: 40 }, (_, index) => notFound(index)) }),
    );
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${lost}/not-found`);
    const rows = page.locator('main .panel > .scroll').first().locator('tbody tr');
    expect(await rows.count()).toBe(8);
    const boxes = await rows.evaluateAll((all) =>
      all.map((row) => {
        const [name, ...cells] = [...row.children]
          .map((cell) => cell.getBoundingClientRect())
          .filter(({ width }) => width > 0);
        const middles = cells.map(({ top, bottom }) => Math.round((top + bottom) / 2));
        return {
          isWide: name!.width >= row.getBoundingClientRect().width - 1,
          isBelow: cells.every(({ top }) => top >= name!.bottom - 1),
          lines: new Set(middles).size,
          cells: cells.length,
          isLow: row.getBoundingClientRect().height < 110,
        };
      }),
    );
    expect(new Set(boxes.map((box) => JSON.stringify(box)))).toEqual(
      new Set([JSON.stringify({ isWide: true, isBelow: true, lines: 1, cells: 4, isLow: true })]),
    );
    await rows.first().locator('summary').click();
    expect(await rows.first().innerText()).toMatch(/192\.0\.2\.\d+ ×\s1/);
    const cut = await page
      .locator('main .scroll')
      .evaluateAll((all) => all.map((box) => box.scrollWidth - box.clientWidth));
    expect(Math.max(...cut)).toBe(0);
  });

  it.each(['changes', 'queries'])('cuts no statement of %s on a phone', async (name) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${overview}/${name}?from=-24h`);
    const over = await page.locator('.rows.stacked .statement-name bdi').evaluateAll((all) =>
      all.map((word) => {
        const box = word.closest('tr')!.getBoundingClientRect();
        const clip = word.parentElement!.getBoundingClientRect();
        const { right, bottom } = word.getBoundingClientRect();
        return Math.max(right - Math.min(box.right, clip.right), bottom - box.bottom);
      }),
    );
    expect(over.length).toBeGreaterThan(0);
    expect(Math.max(...over)).toBeLessThan(2);
  });

  it('gives a shared trace the room of a page', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    const traceLinks = new TraceLinkStore(temporaryBlog().database, () => NOW);
    const { origin } = await serveObservatory(busyBlog().telemetry, { traceLinks });
    await page.goto(`${origin}${SHARED_TRACE_PATH}?token=${traceLinks.create(SEARCH_TRACE)}`);
    const box = await page.locator('.trace-main').boundingBox();
    expect(box?.width).toBeGreaterThan(700);
  });

  it('ends the rows of a list of facts together on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${overview}/buffer`);
    const ends = await page
      .locator('.facts')
      .evaluateAll((lists) =>
        lists.map((list) => [
          ...new Set(
            [...list.querySelectorAll('dd, dd > .meter > :last-child')].map((dd) =>
              Math.round(dd.getBoundingClientRect().right * 2),
            ),
          ),
        ]),
      );
    expect(ends.filter((all) => all.length !== 1)).toEqual([]);
    const gaps = await page
      .locator('.facts .meter')
      .evaluateAll((meters) =>
        meters.map(
          ({ firstElementChild: bar, lastElementChild: value }) =>
            value!.getBoundingClientRect().left - bar!.getBoundingClientRect().right,
        ),
      );
    expect(gaps.length).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThan(0);
  });

  it('ends two tables side by side on the same lines', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(overview);
    const rows = await page
      .locator('.grid.tables .scroll')
      .evaluateAll((all) =>
        all.map((box) => [...box.querySelectorAll('tbody tr')].map((row) => row.getBoundingClientRect().top)),
      );
    const shared = Math.min(...rows.map((tops) => tops.length));
    expect(shared).toBeGreaterThan(3);
    expect(rows[0]!.slice(0, shared)).toEqual(rows[1]!.slice(0, shared));
  });

  it('fills the charts of a young process', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(young);
    const start = await page.locator('svg.chart .rate').first().getAttribute('x');
    // Of 1000: what lies before the first count is room for its mark.
    expect(Number(start)).toBeLessThan(60);
  });
});
