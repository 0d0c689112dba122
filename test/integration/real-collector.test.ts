import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BlogProcess, START_ARGUMENTS } from './blog-process.ts';
import { CollectorProcess, collectorPath } from './collector-process.ts';
import { type Arrivals, InProcessArrivals } from './otlp-arrivals.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** The demo's server has a page that fails. */
const DEMO_ARGUMENTS = [...START_ARGUMENTS.slice(0, -1), 'src/demo/serve.ts'];
const VIEWS = [
  '/',
  '/archive',
  '/feed.rss',
  '/search?q=index',
  '/demo/reading-list',
  '/demo/guestbook',
  '/nowhere',
];

describe('what leaves a real process, as a Collector with the configuration of deploy/ gets it', () => {
  const dataDir = temporaryFolder();
  const program = collectorPath('a receiver in this process stands in for it.');
  let arrivals: Arrivals;
  let told: MetricsDocument;

  beforeAll(async () => {
    const receiver =
      program === undefined ? await InProcessArrivals.start() : await CollectorProcess.start(program);
    try {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
      const blog = await BlogProcess.start(dataDir, env, DEMO_ARGUMENTS);
      for (const path of VIEWS) await blog.ask(path);
      told = await blog.metrics<MetricsDocument>();
      // Ending sends what waits, so that nothing has to be waited for.
      await blog.stop();
    } finally {
      arrivals = await receiver.stop();
    }
  });

  it('is every span that was kept, once, with its parent and the name of the service', () => {
    const { spans } = arrivals;
    const kept = Object.values(told.spans.kept).reduce((sum, count) => sum + count, 0);
    expect(spans.length).toBeGreaterThanOrEqual(kept);
    expect(spans.filter(({ kind }) => kind === 2)).toHaveLength(VIEWS.length);
    const ids = new Set(spans.map(({ traceId, spanId }) => traceId + spanId));
    expect(ids.size).toBe(spans.length);
    const orphans = spans.filter(
      ({ traceId, parentSpanId }) => parentSpanId !== '' && !ids.has(traceId + parentSpanId),
    );
    expect(orphans).toEqual([]);
    expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['glasshouse']));
    expect(new Set(spans.map(({ traceState }) => traceState))).toEqual(new Set(['ot=th:0']));
  });

  it('says of a failed request what failed, in its span and in a log line of its trace', () => {
    const failed = arrivals.spans.find(({ attributes }) => attributes['http.route'] === '/demo/guestbook');
    expect(failed).toMatchObject({
      name: 'GET /demo/guestbook',
      attributes: { 'http.response.status_code': 500, 'error.type': '500' },
    });
    expect(arrivals.logs).toEqual([{ traceId: failed?.traceId, body: 'request failed' }]);
  });

  it.each([
    ['http.server.request.duration', 'http'],
    ['render.duration', 'render'],
  ] as const)('counts in %s what the pages count', (metric, type) => {
    const points = arrivals.histograms.filter((point) => point.metric === metric);
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    expect(sum(points.map(({ count }) => count))).toBe(told.operations[type].count);
    expect(points.filter(({ count, bucketCounts }) => sum(bucketCounts) !== count)).toEqual([]);
  });

  it('has exemplars that name spans which arrived', () => {
    const named = arrivals.histograms.flatMap(({ exemplars }) => exemplars);
    const ids = new Set(arrivals.spans.map(({ traceId, spanId }) => traceId + spanId));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ traceId, spanId }) => !ids.has(traceId + spanId))).toEqual([]);
  });

  it('counts statements in db.client.operation.duration, those of ending included', () => {
    const points = arrivals.histograms.filter(({ metric }) => metric === 'db.client.operation.duration');
    const counted = points.reduce((sum, { count }) => sum + count, 0);
    const statements = arrivals.spans.filter(({ kind }) => kind === 3);
    expect(counted).toBeGreaterThanOrEqual(told.operations.database.count);
    expect(counted).toBeLessThanOrEqual(statements.length);
  });
});
