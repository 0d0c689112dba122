import type { Server } from 'node:http';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { LiveStreams } from '../../src/observatory/live/live-streams.ts';
import { firingAlerts } from '../fixtures/firing-alerts.ts';
import { serveObservatory } from '../fixtures/observatory-server.ts';
import type { MeasuredBlog } from '../fixtures/measured-blog.ts';
import { launchChromium, LIMIT_MILLIS } from './launch-chromium.ts';

/** One browser for a file of tests. */
export class ObservatoryBrowser {
  readonly #executablePath: string;
  #browser: Browser | undefined;

  constructor(executablePath: string) {
    this.#executablePath = executablePath;
  }

  async launch(): Promise<void> {
    this.#browser = await launchChromium(this.#executablePath);
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
    const { server, origin, live } = await serveObservatory(telemetry, {
      basePath,
      alerts: await firingAlerts(telemetry),
    });
    return { server, live, origin, overview: `${origin}${basePath}/admin/metrics-dashboard` };
  }

  /** A page of its own, and all that it complained about. */
  async open(
    options: BrowserContextOptions = {},
  ): Promise<{ readonly page: Page; readonly complaints: string[]; readonly requests: string[] }> {
    const context = await this.#browser!.newContext({
      viewport: { width: 1280, height: 900 },
      timezoneId: 'UTC',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MILLIS);
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
