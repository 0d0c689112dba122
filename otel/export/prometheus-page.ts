import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  DataPointType,
  MetricReader,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Guard } from '../base/guard.ts';

/** Seconds; the boundaries that the conventions recommend for requests and for statements, combined. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Per instrument; the SDK folds the rest into a series with `otel.metric.overflow`. */
const MAX_SERIES_PER_INSTRUMENT = 200;
/** A slower callback of an observable instrument is not awaited. */
const MAX_COLLECT_MILLIS = 1000;
/** Prometheus spells units out; an annotation in braces is not a unit. */
const UNITS: Readonly<Record<string, string>> = { s: 'seconds', ms: 'milliseconds', By: 'bytes' };

/** All metrics of this process in the Prometheus text format: those of the app's instruments, and those of `producer`, as in OTLP. */
export class PrometheusPage extends MetricReader {
  readonly #guard: Guard;
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  constructor(producer: MetricProducer, guard: Guard) {
    super({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      cardinalitySelector: () => MAX_SERIES_PER_INSTRUMENT,
      metricProducers: [producer],
    });
    this.#guard = guard;
  }

  /** Never rejects; what cannot be collected is reported as a fault and left out. */
  async text(): Promise<string> {
    try {
      // Not in the context of the request: it must not outlive the request.
      const { resourceMetrics, errors } = await context.with(ROOT_CONTEXT, () =>
        this.collect({ timeoutMillis: MAX_COLLECT_MILLIS }),
      );
      for (const error of errors) this.#guard.report('metrics page', error);
      const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
        scope,
        metrics: metrics.map(toPrometheus),
      }));
      return this.#serializer.serialize({ ...resourceMetrics, scopeMetrics });
    } catch (error) {
      this.#guard.report('metrics page', error);
      return '';
    }
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** By the specification of Prometheus compatibility: the unit is part of the name, and a histogram has fixed boundaries. */
function toPrometheus(metric: MetricData): MetricData {
  const descriptor = withUnit(metric);
  if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) return { ...metric, descriptor };
  return {
    descriptor,
    aggregationTemporality: metric.aggregationTemporality,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: metric.dataPoints.map((point) => ({ ...point, value: toFixedBuckets(point.value) })),
  };
}

function withUnit({ descriptor, dataPointType }: MetricData): MetricData['descriptor'] {
  const isRatio = descriptor.unit === '1' && dataPointType === DataPointType.GAUGE;
  const unit = isRatio ? 'ratio' : (UNITS[descriptor.unit] ?? '');
  // `process.unix.file_descriptor.count` would look like the count of a histogram; promtool refuses the suffix.
  const isLevel = dataPointType === DataPointType.GAUGE || dataPointType === DataPointType.SUM;
  const name = isLevel ? descriptor.name.replace(/[._]count$/, '') : descriptor.name;
  const isNamed = unit === '' || name.endsWith(unit);
  return { ...descriptor, unit, name: isNamed ? name : `${name}_${unit}` };
}

/** A bucket counts where its middle lies, so a value at a boundary moves by one bucket of 2.2 % at most. */
function toFixedBuckets({ count, sum, scale, zeroCount, positive }: ExponentialHistogram): Histogram {
  const counts = Array.from({ length: BOUNDARIES.length + 1 }, () => 0);
  counts[0]! += zeroCount;
  positive.bucketCounts.forEach((each, at) => {
    const middle = 2 ** ((positive.offset + at + 0.5) / 2 ** scale);
    const bucket = BOUNDARIES.findIndex((boundary) => middle <= boundary);
    counts[bucket < 0 ? BOUNDARIES.length : bucket]! += each;
  });
  return { count, ...(sum === undefined ? {} : { sum }), buckets: { boundaries: BOUNDARIES, counts } };
}
