import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type {
  ExponentialHistogram,
  ExponentialHistogramMetricData,
  GaugeMetricData,
  MetricData,
  SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { BUCKET_COUNT, bucketMidNanos, type DurationSketch } from '../aggregate/duration-sketch.ts';
import type { Exemplar } from '../base/exemplar.ts';
import type { PointWithExemplars } from './point-exemplars.ts';

/** 32 buckets per power of two: 2.2 % wide, as close as the scale gets to the sketches' 2 %. */
const SCALE = 5;
const BUCKETS_PER_DOUBLING = 2 ** SCALE;

export interface Point {
  readonly attributes?: Attributes;
  readonly value: number;
}

export interface DurationPoint {
  readonly attributes: Attributes;
  readonly durations: DurationSketch;
  readonly exemplars?: readonly Exemplar[];
}

/** Builds the metrics of one collection, cumulative since one time unless another is stated. Metrics without points are left out. */
export class MetricDataBuilder {
  readonly metrics: MetricData[] = [];
  readonly #startTime: HrTime;
  readonly #endTime: HrTime;

  constructor(startTime: HrTime, endTime: HrTime) {
    this.#startTime = startTime;
    this.#endTime = endTime;
  }

  /** A monotonic sum. */
  counter(
    name: string,
    unit: string,
    description: string,
    points: readonly Point[],
    since = this.#startTime,
  ): void {
    this.#sum(name, unit, description, this.#points(points, since), true);
  }

  /** A sum that may decrease and is additive over its attributes. */
  level(name: string, unit: string, description: string, points: readonly Point[]): void {
    this.#sum(name, unit, description, this.#points(points), false);
  }

  gauge(name: string, unit: string, description: string, points: readonly Point[]): void {
    const dataPoints = this.#points(points);
    if (dataPoints.length === 0) return;
    const gauge: GaugeMetricData = {
      descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.GAUGE,
      dataPoints,
    };
    this.metrics.push(gauge);
  }

  /** In seconds. */
  durations(name: string, description: string, points: readonly DurationPoint[]): void {
    const dataPoints = points
      .filter(({ durations }) => durations.count > 0)
      .map(({ attributes, durations, exemplars = [] }): PointWithExemplars<ExponentialHistogram> => ({
        attributes,
        startTime: this.#startTime,
        endTime: this.#endTime,
        value: toExponentialHistogram(durations),
        exemplars,
      }));
    if (dataPoints.length === 0) return;
    const histogram: ExponentialHistogramMetricData = {
      descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
      dataPoints,
    };
    this.metrics.push(histogram);
  }

  #sum(
    name: string,
    unit: string,
    description: string,
    dataPoints: SumMetricData['dataPoints'],
    isMonotonic: boolean,
  ): void {
    if (dataPoints.length === 0) return;
    const sum: SumMetricData = {
      descriptor: { name, description, unit, valueType: unit === 's' ? ValueType.DOUBLE : ValueType.INT },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic,
      dataPoints,
    };
    this.metrics.push(sum);
  }

  /** Leaves out NaN, an unknown value. */
  #points(points: readonly Point[], startTime = this.#startTime): SumMetricData['dataPoints'] {
    return points
      .filter(({ value }) => Number.isFinite(value))
      .map(({ attributes = {}, value }) => ({
        attributes,
        startTime,
        endTime: this.#endTime,
        value,
      }));
  }
}

/** Index of the exponential bucket in which the middle of each bucket of a sketch lies. */
const INDICES = Int16Array.from(
  { length: BUCKET_COUNT },
  (_, bucket) => Math.ceil(Math.log2(bucketMidNanos(bucket) / 1e9) * BUCKETS_PER_DOUBLING) - 1,
);

/** In seconds. Each sketch bucket counts where its middle lies, so a value moves by at most 1 % and one bucket. */
export function toExponentialHistogram(durations: DurationSketch): ExponentialHistogram {
  const bucketCounts: number[] = [];
  let offset = 0;
  durations.forEachBucket((bucket, count) => {
    const index = INDICES[bucket]!;
    if (bucketCounts.length === 0) offset = index;
    while (bucketCounts.length <= index - offset) bucketCounts.push(0);
    bucketCounts[index - offset]! += count;
  });
  return {
    count: durations.count,
    sum: durations.sumNanos / 1e9,
    min: durations.minNanos / 1e9,
    max: durations.maxNanos / 1e9,
    scale: SCALE,
    zeroCount: 0,
    positive: { offset, bucketCounts },
    negative: { offset: 0, bucketCounts: [] },
  };
}
