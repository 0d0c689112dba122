import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  InstrumentType,
} from '@opentelemetry/sdk-metrics';
import type { TelemetryConfig } from '../config.ts';

/** By the specification of the OTLP metrics exporter: up-down counters are never deltas. */
const DELTA: Readonly<Record<TelemetryConfig['metricTemporality'], readonly InstrumentType[]>> = {
  cumulative: [],
  delta: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER],
  lowmemory: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM],
};

type Preferences = Pick<TelemetryConfig, 'metricTemporality' | 'metricHistograms'>;

/** Aggregation of the app's instruments for an exporter. */
export class MetricPreferences {
  readonly selectAggregationTemporality: (type: InstrumentType) => AggregationTemporality;
  readonly selectAggregation: (type: InstrumentType) => AggregationOption;
  /** Whether sums and histograms of the kit are exported as deltas. */
  readonly wantsDelta: boolean;

  constructor(
    { metricTemporality, metricHistograms }: Preferences = {
      metricTemporality: 'cumulative',
      metricHistograms: 'explicit_bucket_histogram',
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
    this.wantsDelta = metricTemporality === 'delta';
  }
}
