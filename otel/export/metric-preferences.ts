import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  InstrumentType,
} from '@opentelemetry/sdk-metrics';
import type { TelemetryConfig } from '../config.ts';

/** By the specification of the OTLP metrics exporter: what counts down is never a difference. */
const DELTA: Readonly<Record<TelemetryConfig['metricTemporality'], readonly InstrumentType[]>> = {
  cumulative: [],
  delta: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER],
  lowmemory: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM],
};

type Preferences = Pick<TelemetryConfig, 'metricTemporality' | 'metricHistograms'>;

/** How instruments of the app are aggregated for an exporter. */
export class MetricPreferences {
  readonly selectAggregationTemporality: (type: InstrumentType) => AggregationTemporality;
  readonly selectAggregation: (type: InstrumentType) => AggregationOption;
  /** Whether sums and histograms made elsewhere leave as differences. */
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
