import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { TelemetryConfig } from '../config.ts';
import { DeltaProducer } from './delta-producer.ts';
import { FixedBucketProducer } from './fixed-bucket-producer.ts';

/** By the specification of the OTLP metrics exporter: up-down counters are never deltas. */
const DELTA: Readonly<Record<TelemetryConfig['metricTemporality'], readonly InstrumentType[]>> = {
  cumulative: [],
  delta: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER],
  lowmemory: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM],
};

type Preferences = Pick<TelemetryConfig, 'metricTemporality' | 'metricHistograms'>;

/** Temporality and aggregation of what an exporter gets. */
export class MetricPreferences {
  readonly selectAggregationTemporality: (type: InstrumentType) => AggregationTemporality;
  readonly selectAggregation: (type: InstrumentType) => AggregationOption;
  readonly #wantsDelta: boolean;
  readonly #wantsFixedBuckets: boolean;

  constructor(
    { metricTemporality, metricHistograms }: Preferences = {
      metricTemporality: 'cumulative',
      metricHistograms: undefined,
    },
  ) {
    const delta = DELTA[metricTemporality];
    this.selectAggregationTemporality = (type) =>
      delta.includes(type) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
    const isExponential = metricHistograms === 'base2_exponential_bucket_histogram';
    this.selectAggregation = (type) => ({
      type:
        isExponential && type === InstrumentType.HISTOGRAM
          ? AggregationType.EXPONENTIAL_HISTOGRAM
          : AggregationType.DEFAULT,
    });
    this.#wantsDelta = metricTemporality === 'delta';
    this.#wantsFixedBuckets = metricHistograms === 'explicit_bucket_histogram';
  }

  /** What a producer of cumulative sums and exponential histograms has, for one reader. */
  producerOf(producer: MetricProducer): MetricProducer {
    const timed = this.#wantsDelta ? new DeltaProducer(producer) : producer;
    return this.#wantsFixedBuckets ? new FixedBucketProducer(timed) : timed;
  }
}
