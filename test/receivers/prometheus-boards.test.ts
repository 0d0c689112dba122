import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BOARDS, filledIn } from '../fixtures/grafana-boards.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { DemoServer } from '../fixtures/demo-server.ts';
import { findReceiver } from './find-receiver.ts';
import { TOKEN } from '../integration/blog-process.ts';
import { type PromSample, PrometheusProcess } from './prometheus-process.ts';
import { Visitor } from '../integration/visitor.ts';

const program = findReceiver('prometheus', 'queries of dashboards are not asked.');
const withPrometheus = program === undefined ? describe.skip : describe;

const FAILING = '/demo/guestbook';
const VIEWS = ['/', '/archive', '/feed.rss', '/search?q=index', '/demo/reading-list', FAILING, '/nowhere'];
const LABELS = {
  service_name: 'glasshouse',
  service_namespace: 'blogs',
  deployment_environment_name: 'test',
};
const REQUESTS = 'http_server_request_duration_seconds_count';

withPrometheus('a real Prometheus that scrapes two blogs', () => {
  /** The demo's server has a page that fails. */
  const blogs: DemoServer[] = [];
  const owners: Visitor[] = [];
  let prometheus: PrometheusProcess;
  /** Requests sent to each blog. */
  let sent: number[] = [];
  /** Values of the boards' variables. */
  let values: Readonly<Record<string, string>>;

  async function countsOf(at: number): Promise<MetricsDocument['operations']['http']> {
    const { text } = await owners[at]!.send(`${blogs[at]!.address}/admin/metrics`, {
      headers: { accept: 'application/json' },
    });
    const { operations }: MetricsDocument = JSON.parse(text);
    return operations.http;
  }

  async function visitEach(rounds: number): Promise<void> {
    for (const [at, blog] of blogs.entries()) {
      for (let round = 0; round < rounds * (at + 1); round++)
        for (const path of VIEWS) await owners[at]!.send(`${blog.address}${path}`);
      sent[at]! += rounds * (at + 1) * VIEWS.length;
    }
    // A target whose scrape failed has no value at that time, so the sum has both.
    await prometheus.sees(`sum(${REQUESTS})`, sent[0]! + sent[1]!);
  }

  beforeAll(async () => {
    for (let at = 0; at < 2; at++) {
      const blog = await new DemoServer({
        env: { METRICS_TOKEN: TOKEN, METRICS_OTLP_FOLDER: temporaryFolder() },
      }).start();
      const owner = new Visitor();
      await owner.send(blog.signIn);
      blogs.push(blog);
      owners.push(owner);
    }
    sent = await Promise.all(blogs.map(async (_blog, at) => (await countsOf(at)).count));
    prometheus = await PrometheusProcess.start(
      program!,
      blogs.map(({ address }) => ({ address, labels: LABELS })),
    );
    const { host } = new URL(blogs[0]!.address);
    values = {
      ...LABELS,
      job: 'glasshouse',
      instance: host,
      route: FAILING,
      method: 'GET',
      __rate_interval: '1m',
      __range: '15m',
    };
    // The series exist before they rise, else Prometheus sees no increase.
    await visitEach(1);
    await visitEach(3);
  });
  afterAll(async () => {
    for (const owner of owners) owner.close();
    await prometheus.end();
    for (const blog of blogs) await blog.close();
  });

  it('scrapes them as OpenMetrics, without a fault', async () => {
    expect(await prometheus.query('up{job="glasshouse"}')).toMatchObject([{ value: 1 }, { value: 1 }]);
    // Only OpenMetrics has them.
    expect(await prometheus.number('count(http_server_request_duration_seconds_created)')).toBeGreaterThan(
      10,
    );
  });

  describe.each(BOARDS)('answers the board $title', ({ variables = [], queries, unanswered = {} }) => {
    const isUnanswered = (query: string): boolean =>
      Object.keys(unanswered).some((metric) => query.includes(metric));

    it('fills its variables', async () => {
      const found = await Promise.all(
        variables.map(([label, matcher]) => prometheus.labelValues(label, filledIn(matcher, values))),
      );
      expect(found.filter((each) => each.length === 0)).toEqual([]);
    });

    it.each(queries)('%s', async (query) => {
      const answer = await prometheus.query(filledIn(query, values));
      if (isUnanswered(query)) expect(answer).toEqual([]);
      else expect(answer.filter(({ value }) => Number.isFinite(value))).not.toEqual([]);
    });
  });

  it('counts what was sent, by route, status and failure', async () => {
    const counted = async (matchers: string): Promise<number> =>
      prometheus.number(`sum(${REQUESTS}{${matchers}})`);
    const rounds = 4 * (1 + 2);
    expect(await counted('job="glasshouse"')).toBe(sent[0]! + sent[1]!);
    expect(await counted(`http_route="${FAILING}", http_response_status_code="500", error_type="500"`)).toBe(
      rounds,
    );
    expect(await counted('http_route="/archive", http_response_status_code="200", error_type=""')).toBe(
      rounds,
    );
    expect(await counted('http_route="", http_response_status_code="404"')).toBe(rounds);
  });

  it('rates and shares what rose since the first scrape', async () => {
    const of = (matchers: string): string => `sum(increase(${REQUESTS}{${matchers}}[5m]))`;
    // Every path rose equally often, and the pages of the set-up not at all.
    expect(await prometheus.number(`${of(`http_route="${FAILING}"`)} / ${of('')}`)).toBeCloseTo(
      1 / VIEWS.length,
      3,
    );
    expect(await prometheus.number(`${of('error_type!=""')} / ${of('')}`)).toBeCloseTo(1 / VIEWS.length, 3);
  });

  it('adds buckets of both processes, which ascend and end at the count', async () => {
    const bounds = await prometheus.query('sum by (le) (http_server_request_duration_seconds_bucket)');
    const each = await Promise.all(
      blogs.map(({ address }) =>
        prometheus.query(
          `sum by (le) (http_server_request_duration_seconds_bucket{instance="${new URL(address).host}"})`,
        ),
      ),
    );
    const at = (samples: readonly PromSample[], le: string): number =>
      samples.find(({ labels }) => labels['le'] === le)?.value ?? NaN;
    const les = bounds.map(({ labels }) => labels['le']!).toSorted((a, b) => toBound(a) - toBound(b));
    expect(les).toHaveLength(17);
    const sums = les.map((le) => at(bounds, le));
    expect(sums).toEqual(les.map((le) => at(each[0]!, le) + at(each[1]!, le)));
    expect(sums).toEqual(sums.toSorted((a, b) => a - b));
    expect(sums.at(-1)).toBe(sent[0]! + sent[1]!);
  });

  it.each([0.5, 0.95])('reads quantile %d in the bucket in which the blog has it', async (q) => {
    const { host } = new URL(blogs[0]!.address);
    const read = await prometheus.number(
      `histogram_quantile(${q}, sum by (le) (http_server_request_duration_seconds_bucket{instance="${host}"}))`,
    );
    const told = (await countsOf(0)).duration_ms[q === 0.5 ? 'p50' : 'p95'] / 1000;
    const bounds = (await prometheus.labelValues('le', 'http_server_request_duration_seconds_bucket'))
      .map(toBound)
      .toSorted((a, b) => a - b);
    const bucketOf = (seconds: number): number => bounds.findIndex((bound) => seconds <= bound);
    expect(Math.abs(bucketOf(read) - bucketOf(told))).toBeLessThanOrEqual(1);
    expect(read).toBeGreaterThan(0);
  });

  it('distinguishes the processes', async () => {
    const ids = (await prometheus.query('target_info')).map(({ labels }) => labels['service_instance_id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('holds exemplars whose traces open', async () => {
    const exemplars = await prometheus.exemplars(
      '{__name__=~"(http_server_request|db_client_operation|render)_duration_seconds_bucket"}',
    );
    expect(exemplars.length).toBeGreaterThan(20);
    for (const { series, labels, value } of exemplars) {
      const at = blogs.findIndex(({ address }) => new URL(address).host === series['instance']);
      const { status, text } = await owners[at]!.send(
        `${blogs[at]!.address}/admin/metrics-dashboard/traces/${labels['trace_id']}`,
        { headers: { accept: 'application/json' } },
      );
      expect(status).toBe(200);
      expect(text).toContain(labels['span_id']!);
      expect(value).toBeLessThanOrEqual(toBound(series['le']!));
    }
  });
});

function toBound(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}
