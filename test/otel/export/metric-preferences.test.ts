import { describe, expect, it } from '@jest/globals';
import { AggregationTemporality, AggregationType, InstrumentType } from '@opentelemetry/sdk-metrics';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { MetricPreferences } from '../../../otel/export/metric-preferences.ts';

function preferencesOf(env: Record<string, string>): MetricPreferences {
  return new MetricPreferences(readTelemetryConfig({ env }));
}

/** Instruments exported as deltas. */
function deltas(preference: string): readonly InstrumentType[] {
  const { selectAggregationTemporality } = preferencesOf({
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference,
  });
  return Object.values(InstrumentType).filter(
    (type) => selectAggregationTemporality(type) === AggregationTemporality.DELTA,
  );
}

describe('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', () => {
  it('is applied as specified, in any case', () => {
    expect(deltas('cumulative')).toEqual([]);
    expect(deltas('Delta').toSorted()).toEqual(
      [InstrumentType.COUNTER, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER].toSorted(),
    );
    expect(deltas('LowMemory').toSorted()).toEqual(
      [InstrumentType.COUNTER, InstrumentType.HISTOGRAM].toSorted(),
    );
  });
});

describe('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', () => {
  it('applies to histograms only', () => {
    const { selectAggregation } = preferencesOf({
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    });
    expect(selectAggregation(InstrumentType.HISTOGRAM).type).toBe(AggregationType.EXPONENTIAL_HISTOGRAM);
    expect(selectAggregation(InstrumentType.COUNTER).type).toBe(AggregationType.DEFAULT);
    expect(preferencesOf({}).selectAggregation(InstrumentType.HISTOGRAM).type).toBe(AggregationType.DEFAULT);
  });
});
