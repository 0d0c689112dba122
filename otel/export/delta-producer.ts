import type { HrTime } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type {
  CollectionResult,
  DataPoint,
  ExponentialHistogram,
  MetricData,
  MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Exemplar } from '../base/exemplar.ts';
import { hasExemplars, type PointWithExemplars } from './point-exemplars.ts';

interface Before {
  readonly endTime: HrTime;
  readonly value: number | ExponentialHistogram;
}

/** Deltas of a producer since the previous collection, for one reader: monotonic sums and histograms as differences, everything else unchanged. */
export class DeltaProducer implements MetricProducer {
  readonly #cumulative: MetricProducer;
  #before = new Map<string, Before>();

  constructor(cumulative: MetricProducer) {
    this.#cumulative = cumulative;
  }

  async collect(): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await this.#cumulative.collect();
    const before = this.#before;
    this.#before = new Map();
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => this.#difference(metric, before)),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }

  #difference(metric: MetricData, before: ReadonlyMap<string, Before>): MetricData {
    const aggregationTemporality = AggregationTemporality.DELTA;
    const take = <T extends number | ExponentialHistogram>(
      points: readonly DataPoint<T>[],
      minus: (now: T, then: T) => T,
    ): DataPoint<T>[] =>
      points.map((point) => {
        const key = `${metric.descriptor.name} ${JSON.stringify(Object.entries(point.attributes).toSorted())}`;
        this.#before.set(key, point);
        const then = before.get(key);
        if (then === undefined) return point;
        return since(then.endTime, { ...point, value: minus(point.value, then.value as T) });
      });
    if (metric.dataPointType === DataPointType.SUM && metric.isMonotonic) {
      const dataPoints = take(metric.dataPoints, (now, then) => now - then);
      return { ...metric, aggregationTemporality, dataPoints };
    }
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM)
      return { ...metric, aggregationTemporality, dataPoints: take(metric.dataPoints, withoutEarlier) };
    return metric;
  }
}

/** With the exemplars from that time on only. */
function since<T>(startTime: HrTime, point: DataPoint<T>): DataPoint<T> {
  if (!hasExemplars(point)) return { ...point, startTime };
  const isLater = ({ time }: Exemplar): boolean =>
    time[0] > startTime[0] || (time[0] === startTime[0] && time[1] > startTime[1]);
  const later: PointWithExemplars<T> = { ...point, startTime, exemplars: point.exemplars.filter(isLater) };
  return later;
}

/** Both must have the same scale. Minimum and maximum of a delta are unknown. */
function withoutEarlier(now: ExponentialHistogram, then: ExponentialHistogram): ExponentialHistogram {
  const { min: _min, max: _max, ...rest } = now;
  const shift = then.positive.offset - now.positive.offset;
  const bucketCounts = now.positive.bucketCounts.map(
    (count, at) => count - (then.positive.bucketCounts[at - shift] ?? 0),
  );
  return {
    ...rest,
    count: now.count - then.count,
    sum: (now.sum ?? 0) - (then.sum ?? 0),
    positive: { offset: now.positive.offset, bucketCounts },
  };
}
