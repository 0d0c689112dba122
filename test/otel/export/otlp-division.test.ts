import { describe, expect, it } from '@jest/globals';
import { emptyResource } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { DurationSketch } from '../../../otel/aggregate/duration-sketch.ts';
import type { Signal } from '../../../otel/base/export-storage.ts';
import { MetricDataBuilder } from '../../../otel/export/metric-data.ts';
import { firstPart } from '../../../otel/export/otlp-division.ts';
import { LOGS, METRICS, SPANS } from '../../../otel/export/otlp-signals.ts';
import { fc } from '../../fixtures/properties.ts';
import { decodeHistograms, decodeLogs, decodeMetricNames, decodeSpans } from './decode-otlp.ts';
import { makeTrace } from './made-spans.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/** Parts of a request, each with at most `maxItems` items. */
function partsOf(body: Uint8Array, mediaType: string, signal: Signal, maxItems: number) {
  const parts: { readonly body: Uint8Array; readonly items: number; readonly elements: number }[] = [];
  for (let rest: Uint8Array | undefined = body; rest !== undefined;) {
    const part = firstPart(rest, mediaType, signal, maxItems);
    if (part === undefined) break;
    parts.push(part);
    rest = part.rest;
  }
  return parts;
}

const many = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
const limit = fc.integer({ min: 1, max: 40 });

describe('an OTLP request in parts', () => {
  it('has each span once, in order, with its resource and scope, and no part is too large', () => {
    fc.assert(
      fc.property(many, limit, (sizes, maxItems) => {
        const spans = sizes.flatMap((size, at) => makeTrace(size, 'x'.repeat(40 * at), `service ${at}`));
        const body = SPANS.protobuf(spans)!;
        const parts = partsOf(body, PROTOBUF, 'traces', maxItems);
        expect(parts.flatMap((part) => decodeSpans(part.body))).toEqual(decodeSpans(body));
        for (const part of parts) {
          expect(part.items).toBe(decodeSpans(part.body).length);
          expect(part.items).toBeLessThanOrEqual(maxItems);
        }
        expect(parts).toHaveLength(Math.ceil(spans.length / maxItems));
      }),
    );
  });

  it('is the same in JSON as in protobuf', () => {
    const spans = [...makeTrace(3, 'a', 'one'), ...makeTrace(4, 'b', 'two')];
    for (const maxItems of [1, 2, 5, 7]) {
      const parts = partsOf(SPANS.json(spans)!, JSON_TYPE, 'traces', maxItems);
      const binary = partsOf(SPANS.protobuf(spans)!, PROTOBUF, 'traces', maxItems);
      expect(parts.map(({ items }) => items)).toEqual(binary.map(({ items }) => items));
      let start = 0;
      for (const { body, items } of parts) {
        const alone = SPANS.json(spans.slice(start, (start += items)))!;
        expect(JSON.parse(new TextDecoder().decode(body))).toEqual(
          JSON.parse(new TextDecoder().decode(alone)),
        );
      }
    }
  });

  it.each([PROTOBUF, JSON_TYPE])('counts the data points of whole metrics, %s', (mediaType) => {
    const builder = new MetricDataBuilder([1, 0], [2, 0]);
    const durations = new DurationSketch();
    durations.add(5e6);
    const points = Array.from({ length: 6 }, (_, at) => ({ attributes: { at }, durations }));
    builder.counter('counter', '1', '', [{ value: 1 }, { value: 2, attributes: { a: 'b' } }]);
    builder.durations('histogram', '', points);
    builder.gauge('gauge', '1', '', [{ value: 0.5 }]);
    builder.level('level', '1', '', [{ value: 4 }]);
    const scopeMetrics = [{ scope: { name: 'test' }, metrics: builder.metrics }];
    const metrics: ResourceMetrics = { resource: emptyResource(), scopeMetrics };
    const body = mediaType === JSON_TYPE ? METRICS.json(metrics)! : METRICS.protobuf(metrics)!;
    const parts = partsOf(body, mediaType, 'metrics', 3);
    expect(parts.map(({ items, elements }) => [items, elements])).toEqual([
      [2, 1],
      [6, 1],
      [2, 2],
    ]);
    if (mediaType === JSON_TYPE) return;
    expect(parts.flatMap((part) => decodeMetricNames(part.body))).toEqual(decodeMetricNames(body));
    expect(parts.flatMap((part) => decodeHistograms(part.body))).toEqual(decodeHistograms(body));
  });

  it('has each log record once', async () => {
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    for (let at = 0; at < 7; at++) provider.getLogger(`scope ${at % 2}`).emit({ body: `line ${at}` });
    await provider.forceFlush();
    const body = LOGS.protobuf(exporter.getFinishedLogRecords())!;
    const parts = partsOf(body, PROTOBUF, 'logs', 3);
    expect(parts.map(({ items }) => items)).toEqual([3, 3, 1]);
    expect(parts.flatMap((part) => decodeLogs(part.body))).toEqual(decodeLogs(body));
  });

  it('is nothing for an empty request, and an error for what is none', () => {
    expect(firstPart(new Uint8Array(), PROTOBUF, 'traces', 5)).toBeUndefined();
    expect(firstPart(new TextEncoder().encode('[]'), JSON_TYPE, 'traces', 5)).toBeUndefined();
    expect(() => firstPart(Uint8Array.of(10, 200), PROTOBUF, 'traces', 5)).toThrow(RangeError);
    expect(() => firstPart(Uint8Array.of(10), JSON_TYPE, 'traces', 5)).toThrow(SyntaxError);
  });
});
