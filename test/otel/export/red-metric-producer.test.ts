import { describe, expect, it } from '@jest/globals';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { DurationSketch } from '../../../otel/aggregate/duration-sketch.ts';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { RedMetricProducer, toExponentialHistogram } from '../../../otel/export/red-metric-producer.ts';
import type { OperationType } from '../../../otel/query.ts';

const clock = { now: () => 1_700_000_000_500, monotonicNanos: () => 0 };
const rates = { http: 1, database: 1, render: 1, other: 1 };

function aggregatesOf(
  operations: readonly (readonly [OperationType, string, number, 'failed'?])[],
  maxSeries = 500,
) {
  const aggregates = new RedAggregator({ clock, rates: () => rates, maxSeries });
  for (const [type, series, durationNanos, outcome] of operations) {
    aggregates.record({
      type,
      series,
      endMillis: clock.now(),
      durationNanos,
      failed: outcome === 'failed',
      clientError: false,
      aborted: false,
    });
  }
  return aggregates;
}

async function metricsOf(aggregates: RedAggregator) {
  const { resourceMetrics } = await new RedMetricProducer(aggregates, clock).collect();
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

/** Of durations. */
async function pointsOf(aggregates: RedAggregator) {
  return (await metricsOf(aggregates))
    .filter(({ dataPointType }) => dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
    );
}

describe('RedMetricProducer', () => {
  it('has nothing to say before the first operation', async () => {
    const { resourceMetrics } = await new RedMetricProducer(aggregatesOf([]), clock).collect();
    expect(resourceMetrics.scopeMetrics).toEqual([]);
  });

  it('gives each series its conventional metric and attributes', async () => {
    const points = await pointsOf(
      aggregatesOf([
        ['http', 'GET /:year/:slug', 2e6],
        ['http', 'GET /:year/:slug', 3e6],
        ['http', 'unknown paths', 1e6],
        ['database', 'SELECT posts', 1e5],
        ['render', 'post', 1e6],
        ['other', 'scope: name', 1e6],
      ]),
    );
    expect(
      points.map(({ name, attributes, value }) => [name, attributes, (value as { count: number }).count]),
    ).toEqual([
      ['http.server.request.duration', { 'http.request.method': 'GET', 'http.route': '/:year/:slug' }, 2],
      ['http.server.request.duration', {}, 1],
      ['db.client.operation.duration', { 'db.system.name': 'sqlite', 'db.query.summary': 'SELECT posts' }, 1],
      ['render.duration', { 'render.template': 'post' }, 1],
    ]);
  });

  it('counts the failures of each series, none included: a backend had no error rate at all', async () => {
    const metrics = await metricsOf(
      aggregatesOf([
        ['http', 'GET /guestbook', 2e6, 'failed'],
        ['http', 'GET /guestbook', 2e6, 'failed'],
        ['http', 'GET /guestbook', 1e6],
        ['http', 'GET /', 1e6],
        ['database', 'SELECT posts', 1e5, 'failed'],
        ['render', 'post', 1e6],
      ]),
    );
    const counters = metrics.filter(({ dataPointType }) => dataPointType === DataPointType.SUM);
    expect(counters).toMatchObject([
      { descriptor: { name: 'http.server.request.errors', unit: '{error}' }, isMonotonic: true },
      { descriptor: { name: 'db.client.operation.errors' } },
      { descriptor: { name: 'render.errors' } },
    ]);
    expect(
      counters.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => [attributes, value])),
    ).toEqual([
      [{ 'http.request.method': 'GET', 'http.route': '/guestbook' }, 2],
      [{ 'http.request.method': 'GET', 'http.route': '/' }, 0],
      [{ 'db.system.name': 'sqlite', 'db.query.summary': 'SELECT posts' }, 1],
      [{ 'render.template': 'post' }, 0],
    ]);
  });

  it('marks the series that counts what is beyond the cap', async () => {
    const points = await pointsOf(
      aggregatesOf(
        [
          ['http', 'GET /a', 1e6],
          ['http', 'GET /b', 1e6],
          ['http', 'GET /c', 1e6],
        ],
        1,
      ),
    );
    expect(points.map(({ attributes }) => attributes)).toContainEqual({ 'otel.metric.overflow': true });
  });
});

describe('toExponentialHistogram', () => {
  it('keeps count, sum, min and max, and each value within its bucket and one more', () => {
    const base = 2 ** (1 / 32);
    for (let nanos = 1500; nanos < 3e12; nanos *= 1.37) {
      const sketch = new DurationSketch();
      sketch.add(nanos);
      const { count, sum, min, max, scale, positive } = toExponentialHistogram(sketch);
      expect([count, sum, min, max, scale]).toEqual([1, nanos / 1e9, nanos / 1e9, nanos / 1e9, 5]);
      expect(positive.bucketCounts).toEqual([1]);
      expect(nanos / 1e9).toBeGreaterThan(base ** (positive.offset - 1));
      expect(nanos / 1e9).toBeLessThanOrEqual(base ** (positive.offset + 2));
    }
  });

  it('places many values in ascending buckets that add up', () => {
    const sketch = new DurationSketch();
    for (let index = 1; index <= 1000; index++) sketch.add(index * 1e5);
    const { count, positive } = toExponentialHistogram(sketch);
    expect(count).toBe(1000);
    expect(positive.bucketCounts.reduce((sum, n) => sum + n, 0)).toBe(1000);
    const base = 2 ** (1 / 32);
    let seen = 0;
    const median = positive.bucketCounts.findIndex((n) => (seen += n) >= 500);
    expect(base ** (positive.offset + median + 0.5)).toBeCloseTo(0.05, 2);
  });

  it('is empty for an empty sketch', () => {
    expect(toExponentialHistogram(new DurationSketch())).toMatchObject({
      count: 0,
      positive: { offset: 0, bucketCounts: [] },
    });
  });
});
