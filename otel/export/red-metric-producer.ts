import type { Attributes, HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type {
  CollectionResult,
  DataPoint,
  ExponentialHistogram,
  ExponentialHistogramMetricData,
  MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { bucketMidNanos } from '../aggregate/duration-sketch.ts';
import type { DurationSketch } from '../aggregate/duration-sketch.ts';
import { OVERFLOW_SERIES } from '../aggregate/red-aggregator.ts';
import type { RedAggregator } from '../aggregate/red-aggregator.ts';
import type { Clock } from '../clock.ts';
import type { OperationType } from '../query.ts';
import { UNKNOWN_PATHS } from '../sampling/operation-type.ts';
import {
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_RENDER_TEMPLATE,
} from '../semconv.ts';

/** 32 buckets per power of two: 2.2 % wide, as close as the scale gets to the 2 % of our sketches. */
const SCALE = 5;
const BUCKETS_PER_DOUBLING = 2 ** SCALE;

interface RedMetric {
  readonly type: OperationType;
  readonly name: string;
  readonly description: string;
  readonly attributes: (series: string) => Attributes;
}

const RED_METRICS: readonly RedMetric[] = [
  {
    type: 'http',
    name: 'http.server.request.duration',
    description: 'Duration of HTTP server requests.',
    attributes: httpAttributes,
  },
  {
    type: 'database',
    name: 'db.client.operation.duration',
    description: 'Duration of database client operations.',
    attributes: (series) => ({ [ATTR_DB_SYSTEM_NAME]: 'sqlite', [ATTR_DB_QUERY_SUMMARY]: series }),
  },
  {
    type: 'render',
    name: 'render.duration',
    description: 'Duration of drawing a page or feed.',
    attributes: (series) => ({ [ATTR_RENDER_TEMPLATE]: series }),
  },
];

/**
 * Rates and durations of 100 % of operations as exponential histograms, cumulative since start, read from the sketches that count them
 * anyway: no histogram records per operation.
 */
export class RedMetricProducer implements MetricProducer {
  readonly #aggregates: Pick<RedAggregator, 'totals'>;
  readonly #clock: Clock;
  readonly #startTime: HrTime;

  constructor(aggregates: Pick<RedAggregator, 'totals'>, clock: Clock) {
    this.#aggregates = aggregates;
    this.#clock = clock;
    this.#startTime = millisToHrTime(clock.now());
  }

  async collect(): Promise<CollectionResult> {
    const endTime = millisToHrTime(this.#clock.now());
    const totals = this.#aggregates.totals();
    const metrics = RED_METRICS.map((metric): ExponentialHistogramMetricData => ({
      descriptor: {
        name: metric.name,
        description: metric.description,
        unit: 's',
        valueType: ValueType.DOUBLE,
      },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
      dataPoints: totals
        .filter(({ type, bucket }) => type === metric.type && bucket.count > 0)
        .map(({ name, bucket }): DataPoint<ExponentialHistogram> => ({
          startTime: this.#startTime,
          endTime,
          attributes: name === OVERFLOW_SERIES ? { 'otel.metric.overflow': true } : metric.attributes(name),
          value: toExponentialHistogram(bucket.durations),
        })),
    })).filter(({ dataPoints }) => dataPoints.length > 0);
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: 'glasshouse/red' }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

/** In seconds. Each sketch bucket counts where its middle lies, so a value moves by at most 1 % and one bucket. */
export function toExponentialHistogram(durations: DurationSketch): ExponentialHistogram {
  const counts = new Map<number, number>();
  let offset = Infinity;
  let last = -Infinity;
  durations.forEachBucket((bucket, count) => {
    const index = Math.ceil(Math.log2(bucketMidNanos(bucket) / 1e9) * BUCKETS_PER_DOUBLING) - 1;
    counts.set(index, (counts.get(index) ?? 0) + count);
    offset = Math.min(offset, index);
    last = Math.max(last, index);
  });
  const length = durations.count === 0 ? 0 : last - offset + 1;
  return {
    count: durations.count,
    sum: durations.sumNanos / 1e9,
    min: durations.minNanos / 1e9,
    max: durations.maxNanos / 1e9,
    scale: SCALE,
    zeroCount: 0,
    positive: {
      offset: length === 0 ? 0 : offset,
      bucketCounts: Array.from({ length }, (_, at) => counts.get(offset + at) ?? 0),
    },
    negative: { offset: 0, bucketCounts: [] },
  };
}

/** `GET /:slug` is a method and a route; requests that matched no route have neither. */
function httpAttributes(series: string): Attributes {
  if (series === UNKNOWN_PATHS) return {};
  const space = series.indexOf(' ');
  return { [ATTR_HTTP_REQUEST_METHOD]: series.slice(0, space), [ATTR_HTTP_ROUTE]: series.slice(space + 1) };
}
