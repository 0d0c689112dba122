import { join } from 'node:path';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess } from '../integration/blog-process.ts';

const PATHS = ['/', '/archive', '/tags', '/about', '/feed.rss', '/search?q=glass', '/nowhere'];

/** Several real blogs that send their spans to one endpoint. */
export class Blogs {
  readonly #blogs: readonly BlogProcess[];
  #asked = 0;

  private constructor(blogs: readonly BlogProcess[]) {
    this.#blogs = blogs;
  }

  static async start(
    count: number,
    folder: string,
    endpoint: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Blogs> {
    const start = (_: unknown, i: number): Promise<BlogProcess> =>
      BlogProcess.start(join(folder, `blog-${i + 1}`), {
        OTEL_SERVICE_NAME: `blog-${i + 1}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_BSP_SCHEDULE_DELAY: '200',
        ...env,
      });
    return new Blogs(await Promise.all(Array.from({ length: count }, start)));
  }

  get pids(): readonly number[] {
    return this.#blogs.map(({ pid }) => pid);
  }

  /** Sends so many requests to each, one after the other. */
  async ask(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const path = PATHS[this.#asked++ % PATHS.length]!;
      await Promise.all(this.#blogs.map((blog) => blog.ask(path)));
    }
  }

  /** Their ledgers: requests, and spans sent to the endpoint, as soon as nothing is on its way. */
  async ledger(): Promise<{ readonly requests: number; readonly sent: number }> {
    const documents = await until(
      () => Promise.all(this.#blogs.map((blog) => blog.metrics<MetricsDocument>())),
      (all) => all.every(({ spans, export: { queued } }) => spans.live === 0 && queued === 0),
    );
    return {
      requests: sumOf(documents.map(({ operations }) => operations.http.count)),
      sent: sumOf(documents.map((document) => document.export.sent)),
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#blogs.map((blog) => blog.stop()));
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
