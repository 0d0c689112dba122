import { DataPointType, type HistogramMetricData } from '@opentelemetry/sdk-metrics';
import type { CollectionResult, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { bucketBounds } from '../base/bucket-bounds.ts';
import { toFixedBuckets } from './fixed-buckets.ts';

/** The metrics of a producer with fixed buckets instead of exponential ones; exemplars stay. */
export class FixedBucketProducer implements MetricProducer {
  readonly #exponential: MetricProducer;

  constructor(exponential: MetricProducer) {
    this.#exponential = exponential;
  }

  async collect(): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await this.#exponential.collect();
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map(withFixedBuckets),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }
}

function withFixedBuckets(metric: MetricData): MetricData {
  if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) return metric;
  const bounds = bucketBounds(metric.descriptor.name);
  const fixed: HistogramMetricData = {
    descriptor: metric.descriptor,
    aggregationTemporality: metric.aggregationTemporality,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: metric.dataPoints.map((point) => ({ ...point, value: toFixedBuckets(point.value, bounds) })),
  };
  return fixed;
}
