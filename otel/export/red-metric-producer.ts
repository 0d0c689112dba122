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
  SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { bucketMidNanos } from '../aggregate/duration-sketch.ts';
import type { DurationSketch } from '../aggregate/duration-sketch.ts';
import { OVERFLOW_SERIES } from '../aggregate/series-book.ts';
import type { RedAggregator } from '../aggregate/red-aggregator.ts';
import type { RedBucket } from '../aggregate/red-bucket.ts';
import type { Clock } from '../base/clock.ts';
import type { OperationType } from '../query.ts';
import { UNKNOWN_PATHS } from '../spans/operation-type.ts';
import {
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_RENDER_TEMPLATE,
} from '../base/semconv.ts';

/** 32 buckets per power of two: 2.2 % wide, as close as the scale gets to the 2 % of our sketches. */
const SCALE = 5;
const BUCKETS_PER_DOUBLING = 2 ** SCALE;

interface RedMetric {
  readonly type: OperationType;
  /** Of durations. */
  readonly name: string;
  readonly description: string;
  /** The conventions tell failures by an attribute of the histogram, which would double its series; these have a counter beside it. */
  readonly errorsName: string;
  readonly errorsDescription: string;
  readonly attributes: (series: string) => Attributes;
}

const RED_METRICS: readonly RedMetric[] = [
  {
    type: 'http',
    name: 'http.server.request.duration',
    description: 'Duration of HTTP server requests.',
    errorsName: 'http.server.request.errors',
    errorsDescription: 'HTTP server requests that failed.',
    attributes: httpAttributes,
  },
  {
    type: 'database',
    name: 'db.client.operation.duration',
    description: 'Duration of database client operations.',
    errorsName: 'db.client.operation.errors',
    errorsDescription: 'Database client operations that failed.',
    attributes: (series) => ({ [ATTR_DB_SYSTEM_NAME]: 'sqlite', [ATTR_DB_QUERY_SUMMARY]: series }),
  },
  {
    type: 'render',
    name: 'render.duration',
    description: 'Duration of drawing a page.',
    errorsName: 'render.errors',
    errorsDescription: 'Pages whose drawing failed.',
    attributes: (series) => ({ [ATTR_RENDER_TEMPLATE]: series }),
  },
];

/**
 * Rates and durations of 100 % of operations as exponential histograms, and their failures as counters, cumulative since start, read from
 * what counts them anyway: no histogram records per operation.
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
    const metrics = RED_METRICS.flatMap((metric) => {
      const points = totals
        .filter(({ type, bucket }) => type === metric.type && bucket.count > 0)
        .map(({ name, bucket }) => ({
          bucket,
          startTime: this.#startTime,
          endTime,
          attributes: name === OVERFLOW_SERIES ? { 'otel.metric.overflow': true } : metric.attributes(name),
        }));
      return points.length === 0 ? [] : [durationsOf(metric, points), errorsOf(metric, points)];
    });
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: 'operations' }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

type RedPoint = Omit<DataPoint<unknown>, 'value'> & { readonly bucket: RedBucket };

function durationsOf({ name, description }: RedMetric, points: RedPoint[]): ExponentialHistogramMetricData {
  return {
    descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
    dataPoints: points.map(({ bucket, ...point }): DataPoint<ExponentialHistogram> => ({
      ...point,
      value: toExponentialHistogram(bucket.durations),
    })),
  };
}

/** Zeros too: a rate can only be taken of a counter that was there before. */
function errorsOf({ errorsName, errorsDescription }: RedMetric, points: RedPoint[]): SumMetricData {
  return {
    descriptor: {
      name: errorsName,
      description: errorsDescription,
      unit: '{error}',
      valueType: ValueType.INT,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: points.map(({ bucket, ...point }) => ({ ...point, value: bucket.errors })),
  };
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
