import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { MeasuredBlog } from '../fixtures/measured-blog.ts';
import { NOW } from '../fixtures/still-runtime.ts';
import type { Happening } from '../fixtures/trace-player.ts';
import { SEARCH, spanIdOf, type SpanSketch, statement } from '../fixtures/trace-sketches.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;

const WIDTHS = [360, 820, 1100, 1440] as const;
const traceOf = (index: number): string => `${index}`.padStart(8, 'e') + 'fb'.repeat(12);
const LONG = 'SELECT '.padEnd(180, 'Wide_column_name, ');
const CHINESE = '渲染一个很长很长的模板名称'.repeat(6);

const request = (millis: number, name = 'GET /a'): SpanSketch => ({
  name,
  type: 'http',
  at: 0,
  millis,
  attributes: {
    'http.request.method': 'GET',
    'http.route': '/a',
    'url.path': `/${'a-long-address-without-a-break'.repeat(6)}`,
    'user_agent.original':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0',
    'http.response.status_code': 200,
    'http.request.header.x-a-header-with-quite-a-long-name-of-its-own': '0'.repeat(90),
  },
});

/** Spans all over a request of a second, some long, some short, named at length and in Chinese. */
const spread = (count: number): SpanSketch[] =>
  Array.from({ length: count }, (_, index): SpanSketch => {
    const at = 5 + ((index * 37) % 97) * 10;
    const millis = [0.4, 9, 180, 420][index % 4]!;
    const kept = Math.min(millis, 995 - at);
    if (index % 3 === 0)
      return {
        name: CHINESE,
        type: 'render',
        at,
        millis: kept,
        events: [{ name: LONG, at: at + 1, attributes: { reason: CHINESE } }],
      };
    return index % 3 === 1
      ? { ...statement(LONG, 120_000), at, millis: kept }
      : { name: 'authenticate', type: 'other', at, millis: kept, error: 'no' };
  });

const UNBROKEN = 'x'.repeat(160);

/** A span of which everything is long. */
const LONG_WINDED: SpanSketch = {
  name: UNBROKEN,
  type: 'other',
  at: 100,
  millis: 300,
  error: UNBROKEN,
  attributes: { 'a.list': [UNBROKEN, LONG], 'a.size': 123_456_789, [UNBROKEN]: UNBROKEN },
  events: [
    { name: UNBROKEN, at: 110, attributes: { [UNBROKEN]: UNBROKEN, words: LONG } },
    {
      name: 'exception',
      at: 120,
      attributes: {
        'exception.type': UNBROKEN,
        'exception.stacktrace': `TypeError: ${UNBROKEN}\n    at ${UNBROKEN} (src/${UNBROKEN}.ts:12:9)`,
      },
    },
  ],
};

const TRACES: readonly (readonly [string, readonly SpanSketch[]])[] = [
  ['of one span', [request(20)]],
  ['of one span with a long name', [request(20, `GET /${'x/'.repeat(80)}`)]],
  ['of a search', SEARCH],
  ['of one statement at its end', [request(1000), { ...statement(LONG, 3), at: 640, millis: 355 }]],
  ['of 40 spans that waited', [request(1000), ...spread(40)]],
  ['of a span of which everything is long', [request(500), LONG_WINDED]],
  ['of 1000 spans', [request(1000), ...spread(999)]],
];

/** Something else held the loop for a while, twice, of each. */
function waited(): MeasuredBlog {
  const happened = TRACES.map(([, spans], index): Happening => ({
    traceId: traceOf(index),
    startMillis: NOW - (index + 1) * 60_000,
    spans,
    logs: [{ at: 1, span: spans.length - 1, message: UNBROKEN, attributes: { [UNBROKEN]: UNBROKEN } }],
  }));
  const blog = new MeasuredBlog({ happened, env: { METRICS_SAMPLING_RATE: '1' } });
  for (const [index, [, [first]]] of TRACES.entries())
    if (first!.millis === 1000)
      blog.stall({
        atMillis: NOW - (index + 1) * 60_000 + 300,
        durationMillis: 250,
        processStartedAtMillis: NOW - 3_600_000,
        place: undefined,
        placeShare: 0,
        sampledShare: 0,
        callers: [],
        holder: undefined,
        delayed: [
          {
            traceId: traceOf(index),
            spanId: spanIdOf(traceOf(index), 0),
            route: 'GET /a',
            path: '/a',
            waitedMillis: 350,
            wasRunning: true,
            within: { sinceMillis: 0, millis: 200 },
            alsoWithin: { sinceMillis: 850, millis: 150 },
          },
        ],
        delayedCount: 1,
      });
  return blog;
}

/** Labels over edges of bars, outside of their column, or cut; the strip's over hatching. */
function collisions(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const near = 0.75;
    for (const svg of document.querySelectorAll('.waterfall td.bars > svg')) {
      const box = svg.getBoundingClientRect();
      const bars = [...svg.querySelectorAll('rect.bar, .wait rect')].map((bar) =>
        bar.getBoundingClientRect(),
      );
      const plates = [...svg.querySelectorAll('rect.plate')].map((plate) => plate.getBoundingClientRect());
      for (const label of svg.querySelectorAll('text.bar-label')) {
        const text = label.getBoundingClientRect();
        const words = label.textContent?.trim().replaceAll(/\s+/g, ' ').slice(0, 60) ?? '';
        if (text.width === 0) continue;
        if (text.left < box.left - near || text.right > box.right + near)
          found.push(`${words}: leaves its column`);
        if (plates.some((plate) => plate.left <= text.left && plate.right >= text.right)) continue;
        for (const bar of bars) {
          const isApart = bar.right <= text.left + near || bar.left >= text.right - near;
          const isAround = bar.left <= text.left + near && bar.right >= text.right - near;
          if (!isApart && !isAround) found.push(`${words}: over the edge of a bar`);
        }
        for (const hatch of svg.querySelectorAll('.wait .hatch')) {
          const hatched = hatch.getBoundingClientRect();
          if (hatched.right > text.left + near && hatched.left < text.right - near)
            found.push(`${words}: over hatching`);
        }
      }
    }
    const waits = [...document.querySelectorAll('.critical-strip rect.wait')].map((wait) =>
      wait.getBoundingClientRect(),
    );
    for (const label of document.querySelectorAll('.critical-strip text')) {
      const text = label.getBoundingClientRect();
      if (text.width === 0) continue;
      const frame = label.parentElement!.getBoundingClientRect();
      if (text.right > frame.right + near) found.push(`critical path, ${label.textContent ?? ''}: cut`);
      if (waits.some((wait) => wait.left < text.right - near && wait.right > text.left + near))
        found.push(`critical path, ${label.textContent ?? ''}: over hatching`);
    }
    return found;
  });
}

/** What of the panel beside the waterfall lies beyond its right edge. */
function cut(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const panel = document.querySelector('#span-panel > .panel')!;
    const inside = panel.getBoundingClientRect().left + panel.clientLeft + panel.clientWidth;
    const edge = Math.min(inside, document.documentElement.clientWidth);
    return [...panel.querySelectorAll('*')]
      .filter(
        (each) => each.closest('.scroll, pre') === null && each.getBoundingClientRect().right > edge + 1,
      )
      .map(
        (each) =>
          `${each.tagName} ${each.className.toString()} ${each.textContent?.trim().slice(0, 40) ?? ''}`,
      );
  });
}

run('the labels of a trace', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  let overview: string;
  let page: Page;
  beforeAll(async () => {
    await house.launch();
    ({ overview } = await house.serve(waited()));
    ({ page } = await house.open({ reducedMotion: 'reduce' }));
  });
  afterAll(() => house.close());

  it.each(TRACES.map(([name], index) => [name, index] as const))(
    'touch no edge of a bar and no hatching, on every width, nor is its panel cut: %s',
    async (_, index) => {
      await page.goto(`${overview}/traces/${traceOf(index)}?unfold=1`);
      await page.evaluate(() => document.fonts.ready);
      expect(await page.locator('.waterfall text.bar-label').count()).toBeGreaterThan(0);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect([width, await collisions(page)]).toEqual([width, []]);
        expect([width, await cut(page)]).toEqual([width, []]);
      }
      const last = spanIdOf(traceOf(index), TRACES[index]![1].length - 1);
      await page.goto(`${overview}/traces/${traceOf(index)}?unfold=1&span=${last}`);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect([width, await cut(page)]).toEqual([width, []]);
      }
    },
  );

  it('say what a request waited, where hatching is', async () => {
    await page.goto(`${overview}/traces/${traceOf(4)}`);
    expect(await page.locator('.waterfall .wait .hatch').count()).toBeGreaterThan(0);
    expect(await page.locator('.critical-strip rect.wait').count()).toBeGreaterThan(0);
  });
});
