import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../browser/chromium.ts';
import { DemoServer } from '../fixtures/demo-server.ts';

/** Every page of the observatory as a picture, with the demo's visitors: `npm run screenshots -- <folder> [requests]`. */
const [folder, requests = '400'] = process.argv.slice(2);
if (folder === undefined || !/^\d+$/.test(requests)) {
  process.stderr.write('Usage: npm run screenshots -- <folder for the pictures> [number of requests]\n');
  process.exit(1);
}
const executablePath = chromiumPath();
if (executablePath === undefined) process.exit(1);

const SIZES = [
  [1440, 900],
  [360, 740],
] as const;
const PAGES = [
  '',
  '/content',
  '/process',
  '/routes',
  '/queries',
  '/slow',
  '/failures',
  '/traces',
  '/sampling',
  '/export',
  '/buffer',
  '/keys',
];

mkdirSync(folder, { recursive: true });
const demo = await new DemoServer().start();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  await demo.visit(Number(requests));
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height] of SIZES) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height },
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await page.goto(demo.signIn);
      const base = page.url().split('?')[0]!;
      const first = async (path: string, selector: string): Promise<string | null> => {
        await page.goto(base + path);
        return page
          .locator(selector)
          .first()
          .getAttribute('href', { timeout: 5000 })
          .catch(() => null);
      };
      const found = {
        route: await first('/routes', 'tbody a.name'),
        statement: await first('/queries', 'tbody a.name'),
        trace: await first('/slow', 'tbody a.name'),
      };
      const addresses = [
        ...PAGES.map((path) => [path === '' ? 'overview' : path.slice(1), base + path] as const),
        ...Object.entries(found).flatMap(([name, href]) =>
          href === null ? [] : [[name, new URL(href, base).href] as const],
        ),
      ];
      for (const [name, address] of addresses) {
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
