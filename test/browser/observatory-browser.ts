import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { LiveStreams } from '../../src/observatory/live/live-streams.ts';
import { serveObservatory } from '../fixtures/observatory-server.ts';
import type { MeasuredBlog } from '../fixtures/measured-blog.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** One browser for a file of tests. */
export class ObservatoryBrowser {
  readonly #executablePath: string;
  #browser: Browser | undefined;

  constructor(executablePath: string) {
    this.#executablePath = executablePath;
  }

  async launch(): Promise<void> {
    this.#browser = await chromium.launch({
      executablePath: this.#executablePath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }

  /** The address of the overview of a server of its own. */
  async serve(
    { telemetry }: MeasuredBlog,
    basePath = '',
  ): Promise<{
    readonly origin: string;
    readonly overview: string;
    readonly server: Server;
    readonly live: LiveStreams;
  }> {
    const { server, origin, live } = await serveObservatory(telemetry, { basePath });
    return { server, live, origin, overview: `${origin}${basePath}/admin/metrics-dashboard` };
  }

  /** A page of its own, and all that it complained about. */
  async open(
    options: BrowserContextOptions = {},
  ): Promise<{ readonly page: Page; readonly complaints: string[]; readonly requests: string[] }> {
    const context = await this.#browser!.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    return { page, complaints, requests };
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }
}

/** What axe finds serious or critical, as `rule: element`. In another theme only colours can differ: `colours` asks for those rules alone. */
export async function seriousFaults(
  page: Page,
  rules: 'all' | 'colours' = 'all',
): Promise<readonly string[]> {
  const runOnly = rules === 'all' ? '' : ", runOnly: ['color-contrast', 'link-in-text-block']";
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Runtime.evaluate', { expression: axe });
    const found = await session.send('Runtime.evaluate', {
      expression: `axe.run({ resultTypes: ['violations']${runOnly} }).then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => id + ': ' + html.slice(0, 200))))`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (found.exceptionDetails !== undefined) throw new Error(found.exceptionDetails.text);
    return found.result.value as string[];
  } finally {
    await session.detach();
  }
}
