import { describe, expect, it } from '@jest/globals';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { DurationSketch } from '../../../otel/aggregate/duration-sketch.ts';
import type { Exemplar } from '../../../otel/base/exemplar.ts';
import { FixedBucketProducer } from '../../../otel/export/fixed-bucket-producer.ts';
import { MetricDataBuilder } from '../../../otel/export/metric-data.ts';
import { JSON_METRICS, PROTOBUF_METRICS } from '../../../otel/export/otlp-exemplars.ts';
import { fc } from '../../fixtures/properties.ts';
import { decodeFixedHistograms, decodeHistograms, decodeMetricNames } from './decode-otlp.ts';

const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

const exemplar: fc.Arbitrary<Exemplar> = fc.record({
  value: fc.double({ min: 0, max: 1e4, noNaN: true }),
  time: fc.tuple(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999_999_999 })),
  traceId: hex(32),
  spanId: hex(16),
});

const point = fc.record({
  exemplars: fc.array(exemplar, { maxLength: 4 }),
  attributes: fc.record({ 'http.route': fc.string({ maxLength: 300 }), count: fc.integer() }),
  nanos: fc.array(fc.integer({ min: 0, max: 1e10 }), { minLength: 1, maxLength: 20 }),
});

type PointOf = typeof point extends fc.Arbitrary<infer T> ? T : never;

/** Histograms with other metrics around them. */
function metricsOf(histograms: readonly (readonly PointOf[])[]): ResourceMetrics {
  const builder = new MetricDataBuilder([1, 0], [2, 0]);
  for (const [at, points] of histograms.entries()) {
    builder.counter(`counter.${at}`, '1', 'before it', [{ value: at }]);
    builder.durations(
      `histogram.${at}`,
      'durations',
      points.map(({ exemplars, attributes, nanos }) => {
        const durations = new DurationSketch();
        for (const each of nanos) durations.add(each);
        return { exemplars, attributes, durations };
      }),
    );
    builder.gauge(`gauge.${at}`, 'By', 'behind it', [{ value: 0.5 }]);
  }
  return {
    resource: emptyResource(),
    scopeMetrics: [
      { scope: { name: 'one' }, metrics: builder.metrics.slice(0, 3) },
      { scope: { name: 'two' }, metrics: builder.metrics.slice(3) },
    ],
  };
}

const some = fc.array(fc.array(point, { maxLength: 5 }), { maxLength: 4 });

describe('exemplars in OTLP', () => {
  it('follow their points in protobuf, and nothing else differs from what the SDK writes', () => {
    fc.assert(
      fc.property(some, (histograms) => {
        const metrics = metricsOf(histograms);
        const body = PROTOBUF_METRICS.serializeRequest(metrics)!;
        const plain = ProtobufMetricsSerializer.serializeRequest(metrics)!;
        expect(decodeMetricNames(body)).toEqual(decodeMetricNames(plain));
        const decoded = decodeHistograms(body);
        expect(decoded.map((each) => ({ ...each, exemplars: [] }))).toEqual(decodeHistograms(plain));
        expect(decoded.map(({ exemplars }) => exemplars)).toEqual(
          histograms.flat().map(({ exemplars }) =>
            exemplars.map(({ value, time, traceId, spanId }) => ({
              traceId,
              spanId,
              value,
              timeUnixNano: BigInt(time[0]) * 1_000_000_000n + BigInt(time[1]),
            })),
          ),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('follow points with fixed buckets, too', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (histograms) => {
        const { resource, scopeMetrics } = metricsOf(histograms);
        const collect = async () => ({ resourceMetrics: { resource, scopeMetrics }, errors: [] });
        const { resourceMetrics } = await new FixedBucketProducer({ collect }).collect();
        const body = PROTOBUF_METRICS.serializeRequest(resourceMetrics)!;
        const exemplarsOf = (each: { readonly exemplars: readonly { readonly spanId: string }[] }) =>
          each.exemplars.map(({ spanId }) => spanId);
        expect(decodeFixedHistograms(body).map(exemplarsOf)).toEqual(histograms.flat().map(exemplarsOf));
        expect(decodeHistograms(body)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('are members of their points in JSON, and nothing else differs from what the SDK writes', () => {
    fc.assert(
      fc.property(some, (histograms) => {
        const metrics = metricsOf(histograms);
        const text = new TextDecoder().decode(JSON_METRICS.serializeRequest(metrics));
        const found: unknown[] = [];
        const without = JSON.parse(text, (key, value: unknown) => {
          if (key !== 'exemplars') return value;
          found.push(value);
          return undefined;
        }) as object;
        const plain = new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(metrics));
        expect(without).toEqual(JSON.parse(plain));
        expect(found).toEqual(
          histograms
            .flat()
            .filter(({ exemplars }) => exemplars.length > 0)
            .map(({ exemplars }) =>
              exemplars.map(({ value, time, traceId, spanId }) => ({
                timeUnixNano: `${time[0]}${String(time[1]).padStart(9, '0')}`,
                asDouble: value,
                traceId,
                spanId,
              })),
            ),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('leave a request without any as the SDK writes it', () => {
    const metrics = metricsOf([]);
    expect(PROTOBUF_METRICS.serializeRequest(metrics)).toEqual(
      ProtobufMetricsSerializer.serializeRequest(metrics),
    );
  });
});
