import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OperationCounts, OperationSummary, SamplingFacts, StatusCount } from '../../otel/query.ts';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PASSWORD = 'amber lantern quietly grows';
/** Programs that look for unknown addresses are no readers, and the verdict leaves them out. */
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
/** Path, how often, status. */
const TRAFFIC: readonly (readonly [path: string, times: number, status: number])[] = [
  ['/', 60, 200],
  ['/tags', 25, 200],
  ['/nothing-here', 40, 404],
  ['/no/such/post', 30, 404],
  ['/tags/none', 20, 404],
  ['/archive/1', 10, 404],
  ['/admin/posts', 15, 303],
];

interface SamplingPage {
  readonly facts: {
    readonly sampling: SamplingFacts;
    readonly spans: OperationCounts;
    readonly operations: Readonly<Record<string, OperationSummary>>;
  };
}

interface RouteRow {
  readonly name: string;
  readonly count: number;
  readonly client_errors: number;
  readonly statuses: readonly StatusCount[];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/**
 * Buries two units of counting: at these rates most statements and pages are over before they are spans, so one panel of the sampling page
 * dropped 577 and the other 97.
 */
describe('the book of operations of a real blog, at rates that keep little', () => {
  const dataDir = temporaryFolder();
  const owner = new Visitor();
  let blog: BlogProcess;
  /** Before the traffic: what became of the owner. */
  let before: MetricsDocument;

  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir, { METRICS_SAMPLING_RATE: 'http=0.2,database=0,render=0' });
    await blog.ask('/health');
    const [, path = '', token = ''] = /(\/admin\/setup\?token=([\w-]+))/.exec(blog.output)!;
    const { text } = await owner.send(`${blog.address}${path}`);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
    const fields = { _csrf, token, password: PASSWORD, repeated: PASSWORD };
    expect((await owner.send(`${blog.address}/admin/setup`, { fields })).status).toBe(303);
    before = await blog.metrics<MetricsDocument>();
    for (const [target, times, status] of TRAFFIC)
      for (let i = 0; i < times; i++)
        expect((await blog.ask(target, { headers: BROWSER })).status).toBe(status);
  });
  afterAll(async () => {
    owner.close();
    await blog.stop();
  });

  async function page<T>(
    path: string,
    headers: Record<string, string> = { accept: 'application/json' },
  ): Promise<T> {
    const { status, text } = await owner.send(`${blog.address}/admin/metrics-dashboard${path}`, { headers });
    expect(status).toBe(200);
    return (headers['accept'] === 'application/json' ? JSON.parse(text) : text) as T;
  }

  it('is one: pages, JSON, /metrics and the rules say the same of every operation', async () => {
    const { facts } = await page<SamplingPage>('/sampling');
    const all = sumOf(
      Object.fromEntries(Object.entries(facts.operations).map(([type, { count }]) => [type, count])),
    );
    const { started, live, kept, dropped } = facts.spans;
    expect(live).toBe(0);
    expect(started).toBe(all);
    expect(sumOf(kept) + sumOf(dropped)).toBe(all);
    expect(dropped.probability).toBeGreaterThan(500);

    const rules = Object.values(facts.sampling.rules);
    expect(rules.reduce((sum, { seen }) => sum + seen, 0)).toBe(all);
    expect(rules.reduce((sum, rule) => sum + rule.dropped, 0)).toBe(sumOf(dropped));

    expect((await blog.metrics<MetricsDocument>()).spans).toEqual(facts.spans);
    const html = (await page<string>('/sampling', { accept: 'text/html' })).replaceAll(/\s+/g, ' ');
    const comma = (count: number): string => count.toLocaleString('en');
    expect(html).toContain(
      `${comma(all)} started = 0 undecided + ${comma(sumOf(kept))} kept + ${comma(sumOf(dropped))} dropped`,
    );
    const text = (
      await blog.ask('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })
    ).body.toString();
    const starts = [...text.matchAll(/^otel_sdk_span_started_total\{[^}]*\} (\d+)$/gm)];
    expect(starts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(all);
    expect(text).toContain(
      `\ntelemetry_operation_dropped_total{operation_reason="probability"} ${dropped.probability}\n`,
    );
  });

  it('counts unknown addresses apart from the routes that took them, each route by status', async () => {
    const { facts } = await page<{ readonly facts: { readonly routes: readonly RouteRow[] } }>('/routes');
    const route = (name: string): RouteRow | undefined => facts.routes.find((row) => row.name === name);
    expect(route('GET /')).toMatchObject({
      count: 60,
      client_errors: 0,
      statuses: [{ status: 200, count: 60 }],
    });
    expect(route('GET /admin/posts')?.statuses).toEqual([{ status: 303, count: 15 }]);
    expect(route('unknown paths')).toMatchObject({
      count: 100,
      client_errors: 100,
      statuses: [{ status: 404, count: 100 }],
    });
    for (const name of ['GET /:path', 'GET /tags/:tag', 'GET /archive/:year'])
      expect(route(name)).toBeUndefined();

    const { operations } = await blog.metrics<MetricsDocument>();
    const ledger = TRAFFIC.reduce((sum, [, times]) => sum + times, 0);
    expect(operations.http.count - before.operations.http.count).toBe(ledger);
    expect(operations.http.client_errors).toBe(100);
  });

  it('does not count the telemetry pages and the files that admin pages load', async () => {
    const { operations: counted } = await blog.metrics<MetricsDocument>();
    for (const path of ['', '/routes', '/traces/import']) {
      const html = await page<string>(path, { accept: 'text/html' });
      const files = new Set(
        [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((found) => found[1]!),
      );
      const own = [...files].filter((file) => !file.startsWith('/assets/favicon.'));
      expect(own.length).toBeGreaterThanOrEqual(5);
      for (const file of own) {
        expect(file).toMatch(/^\/assets\/admin\//);
        expect((await owner.send(`${blog.address}${file}`)).status).toBe(200);
      }
    }
    expect((await blog.metrics<MetricsDocument>()).operations).toEqual(counted);
  });

  it('reports on the overview that most requests got a 4xx, and which', async () => {
    const { summary } = await page<{ readonly summary: string }>('');
    // On a slow machine the event loop is blocked for a second, and that comes first.
    expect(summary).toMatch(
      /^(?:Nothing failed, but many requests got a 4xx|Nothing was answered for .+ s)\. \d+ requests .*, none failed\. /,
    );
    expect(summary).toContain('got a 4xx, all of them 404, all at unknown paths.');
  });
});
