import { describe, expect, it } from '@jest/globals';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type ExponentialHistogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { fc } from '../../fixtures/properties.ts';
import { DurationSketch } from '../../../otel/aggregate/duration-sketch.ts';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { DeltaProducer } from '../../../otel/export/delta-producer.ts';
import { toExponentialHistogram } from '../../../otel/export/metric-data.ts';
import { TelemetryMetrics } from '../../../otel/export/telemetry-metrics.ts';
import { RuntimeSampler } from '../../../otel/instrumentation/runtime.ts';
import { OPERATION_TYPES, type OperationType } from '../../../otel/query.ts';
import { createSamplingProcessor } from '../../../otel/sampler.ts';
import { databaseLabels, requestLabels } from '../../../otel/spans/metric-labels.ts';
import type { Operation } from '../../../otel/spans/operation.ts';

const clock = { now: () => 1_700_000_000_500, monotonicNanos: () => 0 };
const rates = { http: 1, database: 1, render: 1, other: 1 };

const operation = (some: Partial<Operation> & Pick<Operation, 'type' | 'series'>): Operation => ({
  endMillis: clock.now(),
  durationNanos: 1e6,
  failed: false,
  clientError: false,
  aborted: false,
  ...some,
});

function aggregatesOf(operations: readonly Operation[], maxSeries = 500): RedAggregator {
  const aggregates = new RedAggregator({ clock, rates: () => rates, maxSeries });
  for (const each of operations) aggregates.record(each);
  return aggregates;
}

async function metricsOf(producer: MetricProducer): Promise<readonly MetricData[]> {
  const { resourceMetrics } = await producer.collect();
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

interface Point {
  readonly name: string;
  readonly attributes: Attributes;
  readonly value: ExponentialHistogram;
}

function histograms(metrics: readonly MetricData[]): readonly Point[] {
  return metrics.flatMap((metric) =>
    metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM
      ? metric.dataPoints.map(({ attributes, value }) => ({
          name: metric.descriptor.name,
          attributes,
          value,
        }))
      : [],
  );
}

const pointsOf = async (aggregates: RedAggregator): Promise<readonly Point[]> =>
  histograms(await metricsOf(new TelemetryMetrics({ aggregates, clock })));

const request = (method: string, route: string | undefined, status: number, errorType?: string): Operation =>
  operation({
    type: 'http',
    series: route === undefined ? 'unknown paths' : `${method} ${route}`,
    labels: requestLabels(method, 'https'),
    statusCode: status,
    clientError: status >= 400 && status < 500,
    failed: errorType !== undefined,
    errorType,
  });

describe('the metrics of operations', () => {
  it('are none before the first operation', async () => {
    expect(await pointsOf(aggregatesOf([]))).toEqual([]);
  });

  it('have the attributes of the conventions, a failure as a point with error.type', async () => {
    const statement = (system: string, errorType?: string): Operation =>
      operation({
        type: 'database',
        series: 'SELECT posts',
        labels: databaseLabels(system),
        failed: errorType !== undefined,
        errorType,
      });
    const points = await pointsOf(
      aggregatesOf([
        request('GET', '/:slug', 200),
        request('GET', '/:slug', 200),
        request('GET', '/:slug', 304),
        request('GET', '/:slug', 404),
        request('GET', '/:slug', 500, '500'),
        request('GET', '/:slug', 0, 'ResponseDestroyed'),
        request('GET', undefined, 404),
        request('_OTHER', undefined, 405),
        statement('postgresql'),
        statement('sqlite'),
        statement('sqlite', 'SQLITE_BUSY'),
        operation({ type: 'render', series: 'post' }),
        operation({ type: 'render', series: 'post', failed: true, errorType: 'TypeError' }),
        operation({ type: 'other', series: 'scope: name' }),
      ]),
    );
    const http = { 'http.request.method': 'GET', 'url.scheme': 'https' };
    const route = { ...http, 'http.route': '/:slug' };
    const sqlite = { 'db.query.summary': 'SELECT posts', 'db.system.name': 'sqlite' };
    expect(points.map(({ name, attributes, value }) => [name, attributes, value.count])).toEqual([
      ['http.server.request.duration', { ...route, 'http.response.status_code': 200 }, 2],
      ['http.server.request.duration', { ...route, 'http.response.status_code': 304 }, 1],
      ['http.server.request.duration', { ...route, 'http.response.status_code': 404 }, 1],
      [
        'http.server.request.duration',
        { ...route, 'http.response.status_code': 500, 'error.type': '500' },
        1,
      ],
      ['http.server.request.duration', { ...route, 'error.type': 'ResponseDestroyed' }, 1],
      ['http.server.request.duration', { ...http, 'http.response.status_code': 404 }, 1],
      [
        'http.server.request.duration',
        { ...http, 'http.request.method': '_OTHER', 'http.response.status_code': 405 },
        1,
      ],
      ['db.client.operation.duration', { ...sqlite, 'db.system.name': 'postgresql' }, 1],
      ['db.client.operation.duration', sqlite, 1],
      ['db.client.operation.duration', { ...sqlite, 'error.type': 'SQLITE_BUSY' }, 1],
      ['render.duration', { 'render.template': 'post' }, 1],
      ['render.duration', { 'render.template': 'post', 'error.type': 'TypeError' }, 1],
      ['other.operation.duration', { 'operation.name': 'scope: name' }, 1],
    ]);
  });

  it('has no counter in a namespace of the conventions that they do not define', async () => {
    const metrics = await metricsOf(
      new TelemetryMetrics({ aggregates: aggregatesOf([request('GET', '/', 500, '500')]), clock }),
    );
    expect(metrics.map(({ descriptor }) => descriptor.name)).toEqual(['http.server.request.duration']);
  });

  it('marks the overflow series', async () => {
    const points = await pointsOf(
      aggregatesOf([request('GET', '/a', 200), request('GET', '/b', 200), request('GET', '/c', 200)], 1),
    );
    expect(points.map(({ attributes }) => attributes)).toContainEqual({
      'otel.metric.overflow': true,
      'http.response.status_code': 200,
    });
  });

  it('add up to what each type counted, failures to its failures, each a histogram of its own count', async () => {
    const one = fc
      .record({
        type: fc.constantFrom<OperationType>(...OPERATION_TYPES),
        series: fc.constantFrom('GET /a', 'GET /b', 'POST /a'),
        status: fc.constantFrom(
          0,
          200,
          200,
          200,
          304,
          404,
          500,
          599,
          ...Array.from({ length: 60 }, (_, i) => 600 + i),
        ),
        durationNanos: fc.integer({ min: 0, max: 4e9 }),
        errorType: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      })
      .map(({ type, series, status, durationNanos, errorType }) =>
        operation({
          type,
          series,
          durationNanos,
          failed: errorType !== undefined,
          errorType,
          clientError: status === 404,
          ...(type === 'http' && { statusCode: status, labels: requestLabels(series.split(' ')[0], 'http') }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 300 }), async (operations) => {
        const aggregates = aggregatesOf(operations);
        const points = await pointsOf(aggregates);
        const sums = aggregates.operations();
        const names = {
          http: 'http.server.request.duration',
          database: 'db.client.operation.duration',
          render: 'render.duration',
          other: 'other.operation.duration',
        };
        for (const type of OPERATION_TYPES) {
          const own = points.filter(({ name }) => name === names[type]);
          const failed = own.filter(({ attributes }) => attributes['error.type'] !== undefined);
          const count = (of: readonly Point[]): number => of.reduce((sum, { value }) => sum + value.count, 0);
          expect([count(own), count(failed)]).toEqual([sums[type].count, sums[type].errors]);
          const seconds = own.reduce((sum, { value }) => sum + (value.sum ?? 0), 0);
          expect(seconds).toBeCloseTo(sums[type].totalMillis / 1000, 6);
        }
        for (const { value } of points) {
          const { count, positive, min = 0, max = 0, sum = 0 } = value;
          expect(positive.bucketCounts.reduce((all, each) => all + each, 0)).toBe(count);
          expect(positive.bucketCounts.every((each) => each >= 0)).toBe(true);
          expect(min).toBeLessThanOrEqual(max);
          expect(sum).toBeGreaterThanOrEqual(0.989 * min * count - 1e-6);
          expect(sum).toBeLessThanOrEqual(1.011 * max * count + 1e-6);
        }
        const keys = points.map(
          ({ name, attributes }) => name + JSON.stringify(Object.entries(attributes).sort()),
        );
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a statement of another instrumentation', () => {
  it.each([
    [{ 'db.system.name': 'postgresql' }, 'postgresql'],
    [{ 'db.system': 'mysql' }, 'mysql'],
  ])('counts under its own system: %j', async (attributes, system) => {
    const aggregates = aggregatesOf([]);
    const processor = createSamplingProcessor({ aggregates });
    const provider = new TracerProvider({ spanProcessors: [processor] });
    const span = provider.getTracer('pg').startSpan('SELECT orders', {
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, 'db.query.summary': 'SELECT orders', 'error.type': '57P01' },
    });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await processor.forceFlush();
    expect((await pointsOf(aggregates)).map(({ name, attributes: told }) => [name, told])).toEqual([
      [
        'db.client.operation.duration',
        { 'db.query.summary': 'SELECT orders', 'db.system.name': system, 'error.type': '57P01' },
      ],
    ]);
    await provider.shutdown();
  });
});

describe('DurationSketch without others', () => {
  it('counts what only it counted', () => {
    const all = new DurationSketch();
    const some = new DurationSketch();
    for (let i = 1; i <= 1000; i++) {
      all.add(i * 1e5);
      if (i % 3 === 0) some.add(i * 1e5);
    }
    const rest = all.without([some]);
    expect(rest.count).toBe(667);
    expect(rest.sumNanos).toBeCloseTo(all.sumNanos - some.sumNanos, 0);
    expect([rest.minNanos, rest.maxNanos]).toEqual([1e5, 1e8]);
    expect(all.without([all]).count).toBe(0);
    expect(all.count).toBe(1000);
  });
});

describe('DeltaProducer', () => {
  it('returns what was counted since the previous collection, which adds up', async () => {
    const aggregates = aggregatesOf([request('GET', '/', 200)]);
    const delta = new DeltaProducer(new TelemetryMetrics({ aggregates, clock }));
    const counts = async (): Promise<readonly number[]> => {
      const metrics = await metricsOf(delta);
      expect(metrics.every((one) => one.aggregationTemporality === AggregationTemporality.DELTA)).toBe(true);
      return histograms(metrics).map(({ value }) => value.count);
    };
    expect(await counts()).toEqual([1]);
    for (let i = 0; i < 5; i++) aggregates.record(request('GET', '/', 200));
    aggregates.record({ ...request('GET', '/', 500, '500'), durationNanos: 1 });
    expect(await counts()).toEqual([5, 1]);
    aggregates.record({ ...request('GET', '/', 200), durationNanos: 5e9 });
    const [point] = histograms(await metricsOf(delta));
    expect(point?.value.positive.bucketCounts.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(point?.value.sum).toBeCloseTo(5, 9);
    expect(await counts()).toEqual([0, 0]);
  });
});

describe('the metrics of the process', () => {
  it('have the names and kinds of the conventions', async () => {
    const runtime = new RuntimeSampler({ intervalSeconds: 0 });
    runtime.start();
    const metrics = await metricsOf(new TelemetryMetrics({ aggregates: aggregatesOf([]), clock, runtime }));
    runtime.stop();
    const kinds = new Map(
      metrics.map((metric) => [
        metric.descriptor.name,
        metric.dataPointType === DataPointType.SUM
          ? metric.isMonotonic
            ? 'counter'
            : 'level'
          : DataPointType[metric.dataPointType],
      ]),
    );
    kinds.delete('v8js.gc.duration');
    expect(Object.fromEntries(kinds)).toEqual({
      ...Object.fromEntries(
        ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((word) => [
          `nodejs.eventloop.delay.${word}`,
          'GAUGE',
        ]),
      ),
      'nodejs.eventloop.time': 'counter',
      'nodejs.eventloop.utilization': 'GAUGE',
      'v8js.resource.active': 'GAUGE',
      'v8js.memory.heap.used': 'level',
      'v8js.memory.heap.space.size': 'level',
      'v8js.memory.heap.space.available_size': 'level',
      'v8js.memory.heap.space.physical_size': 'level',
      'process.cpu.time': 'counter',
      'process.uptime': 'GAUGE',
      'process.memory.usage': 'level',
      'process.unix.file_descriptor.count': 'level',
    });
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
