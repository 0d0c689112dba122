import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { PAGES } from '../../src/observatory/pages/all-pages.ts';
import { chromiumPath } from '../browser/chromium.ts';
import { launchChromium } from '../browser/launch-chromium.ts';
import { DemoServer } from '../fixtures/demo-server.ts';

const USAGE = `Usage: npm run screenshots -- <folder for the pictures> [number of requests] [--posts DIR] [--traffic LOG] [--speed N] [--only NAMES]

Every page of the observatory as a picture: 1440 and 360 px wide, light and dark, of a demo with visitors.

  --posts    a folder of Markdown posts to import first, as for npm run import
  --traffic  a traffic log to replay before the pictures, as for npm run replay, instead of the demo's visitors
  --speed    how many times faster than life it is replayed; default 6000
  --only     names of pages, with commas: overview,process
`;

const SIZES = [
  [1440, 900],
  [360, 740],
] as const;
/** Pages of one thing, by their path: of the first that a list leads to. Nobody has imported a trace. */
const LIST_OF: Readonly<Record<string, string>> = {
  '/route': '/routes',
  '/statement': '/queries',
  '/traces/:traceId': '/slow',
};
/** Pages that such a page leads to, by the start of their address. */
const LINKED_FROM: Readonly<Record<string, string>> = { '/traces/compare': '/traces/:traceId' };
const FURTHER: Readonly<Record<string, string>> = {
  'log-patterns': '/logs?view=patterns',
  'missing-trace': '/traces/0af7651916cd43dd8448eb211c80319c',
  'nothing-then': '?from=2020-01-01T00:00&to=2020-01-01T01:00',
};
const nameOf = (path: string): string =>
  path === '' ? 'overview' : path.slice(1).replace('s/:traceId', '').replaceAll('/', '-');
/** By name: an address, or the list that leads there. */
const PICTURES = new Map<string, { readonly path?: string; readonly list?: string; readonly link?: string }>([
  ...PAGES.filter(({ path }) => !path.includes('/imported/')).map(({ path }) => {
    const from = LINKED_FROM[path];
    const list = LIST_OF[from ?? path];
    return [nameOf(path), list === undefined ? { path } : { list, ...(from && { link: path }) }] as const;
  }),
  ...Object.entries(FURTHER).map(([name, path]) => [name, { path }] as const),
]);
/** Of the demo: without them a replayed log has no failure and no repeated statement to show. */
const FAULTY_ADDRESSES = ['/demo/reading-list', '/demo/guestbook'];
const FAULTY_VISITS = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    posts: { type: 'string' },
    traffic: { type: 'string' },
    speed: { type: 'string', default: '6000' },
    only: { type: 'string' },
  },
});
const [folder, requests = '400'] = positionals;
const speed = Number(values.speed);
const names = [...PICTURES.keys()];
const only = values.only?.split(',') ?? names;
const unknown = only.filter((name) => !names.includes(name));
if (folder === undefined || !/^\d+$/.test(requests) || !(speed > 0) || unknown.length > 0) {
  if (unknown.length > 0)
    process.stderr.write(`No page is called ${unknown.join(', ')}; there are ${names.join(', ')}.\n`);
  process.stderr.write(USAGE);
  process.exit(2);
}
const executablePath = chromiumPath();
if (executablePath === undefined) process.exit(1);

mkdirSync(folder, { recursive: true });
const demo = new DemoServer({ posts: values.posts, env: { LOG_LEVEL: 'info' } });
const browser = await launchChromium(executablePath);
try {
  await demo.start();
  if (values.traffic === undefined) await demo.visit(Number(requests));
  else {
    await demo.replay(values.traffic, speed);
    for (let time = 0; time < FAULTY_VISITS; time++)
      for (const path of FAULTY_ADDRESSES) await (await fetch(demo.address + path)).text();
  }
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height] of SIZES) {
      const viewport = { width, height };
      const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(demo.signIn);
      const base = page.url().split('?')[0]!;
      for (const name of only) {
        const address = await addressOf(name, base, page);
        if (address === undefined) continue;
        await page.goto(address);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      await context.close();
    }
  process.stdout.write(`Pictures are in ${folder}\n`);
} finally {
  await browser.close();
  await demo.close();
}

/** Undefined when the list that leads there is empty. */
async function addressOf(name: string, base: string, page: Page): Promise<string | undefined> {
  const picture = PICTURES.get(name);
  if (picture === undefined) return undefined;
  if (picture.path !== undefined) return base + picture.path;
  await page.goto(base + picture.list);
  const links = page.locator('tbody a.name');
  const href = (await links.count()) === 0 ? null : await links.first().getAttribute('href');
  if (href === null || picture.link === undefined)
    return href === null ? undefined : new URL(href, base).href;
  await page.goto(new URL(href, base).href);
  const onward = await page.locator(`main a[href*="${picture.link}"]`).first().getAttribute('href');
  return onward === null ? undefined : new URL(onward, base).href;
}
