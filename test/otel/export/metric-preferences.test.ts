import { describe, expect, it } from '@jest/globals';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  InstrumentType,
} from '@opentelemetry/sdk-metrics';
import { DurationSketch } from '../../../otel/aggregate/duration-sketch.ts';
import { bucketBounds } from '../../../otel/base/bucket-bounds.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { MetricDataBuilder } from '../../../otel/export/metric-data.ts';
import { MetricPreferences } from '../../../otel/export/metric-preferences.ts';

const NAME = 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION';
const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';

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

  it.each([
    [{}, DataPointType.EXPONENTIAL_HISTOGRAM],
    [{ [NAME]: 'base2_exponential_bucket_histogram' }, DataPointType.EXPONENTIAL_HISTOGRAM],
    [{ [NAME]: 'explicit_bucket_histogram' }, DataPointType.HISTOGRAM],
    [{ [NAME]: 'explicit_bucket_histogram', [TEMPORALITY]: 'delta' }, DataPointType.HISTOGRAM],
  ])('applies to what the kit counts: %j', async (env, type) => {
    const durations = new DurationSketch();
    const producer = preferencesOf(env).producerOf({
      async collect() {
        durations.add(3e6);
        durations.add(3e8);
        const builder = new MetricDataBuilder([0, 0], [1, 0]);
        builder.durations('http.server.request.duration', '', [{ attributes: {}, durations }]);
        builder.counter('others', '1', '', [{ value: 1 }]);
        const scopeMetrics = [{ scope: { name: 'test' }, metrics: builder.metrics }];
        return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
      },
    });
    await producer.collect();
    const { resourceMetrics } = await producer.collect();
    const [histogram, others] = resourceMetrics.scopeMetrics[0]!.metrics;
    expect([histogram?.dataPointType, others?.dataPointType]).toEqual([type, DataPointType.SUM]);
    if (histogram?.dataPointType !== DataPointType.HISTOGRAM) return;
    const { count, sum, buckets } = histogram.dataPoints[0]!.value;
    const each = TEMPORALITY in env ? 1 : 2;
    expect(count).toBe(2 * each);
    expect(sum).toBeCloseTo(0.303 * each, 9);
    expect(buckets.boundaries).toEqual(bucketBounds('http.server.request.duration'));
    expect(
      buckets.boundaries.map((bound, at) => [bound, buckets.counts[at]]).filter(([, n]) => n !== 0),
    ).toEqual([
      [0.005, each],
      [0.5, each],
    ]);
  });
});
