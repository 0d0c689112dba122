import { describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  type ReadableSpan,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { exportPipeline } from '../../../otel/export/span-pipelines.ts';
import { MetricDataBuilder } from '../../../otel/export/metric-data.ts';
import { RejectedItems } from '../../../otel/export/delivery.ts';
import { addSdkMetrics } from '../../../otel/export/sdk-metrics.ts';
import { createSamplingProcessor } from '../../../otel/sampler.ts';

/** Rejects every third export, and half of the items of every fourth. */
class MoodyExporter {
  #exports = 0;
  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exports++;
    const error =
      this.#exports % 3 === 0
        ? new TypeError('no')
        : this.#exports % 4 === 0
          ? new RejectedItems(Math.ceil(spans.length / 2), 'spans', 'quota')
          : undefined;
    setImmediate(() =>
      done(
        error === undefined ? { code: ExportResultCode.SUCCESS } : { code: ExportResultCode.FAILED, error },
      ),
    );
  }
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe('metrics of telemetry about itself (G30)', () => {
  it('equal the counts of the pages exactly, in a storm, after a flush and at the end', async () => {
    const pipeline = exportPipeline(new MoodyExporter(), { maxQueueItems: 300, maxBatchItems: 50 });
    const processor = createSamplingProcessor({
      rates: { http: 0.3, other: 0.3 },
      exporter: pipeline,
    });
    const provider = new TracerProvider({
      sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
      spanProcessors: [processor],
    });
    const tracer = provider.getTracer('storm');

    const check = (): void => {
      const builder = new MetricDataBuilder([0, 0], [1, 0]);
      addSdkMetrics(builder, { tally: () => processor.tally(), pipelines: [pipeline] });
      const total = (name: string, attributes: Readonly<Record<string, unknown>> = {}): number =>
        sumOf(builder.metrics, name, attributes);
      const { started, live, kept, dropped } = processor.tally().counts();
      const keptOfAll = Object.values(kept).reduce((sum, count) => sum + count, 0);
      const droppedOfAll = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      const own = { 'otel.component.type': 'sampling_span_processor' };
      expect(total('otel.sdk.span.started')).toBe(started);
      expect(total('otel.sdk.span.live')).toBe(live);
      expect(total('otel.sdk.processor.span.processed', own)).toBe(keptOfAll + droppedOfAll);
      expect(total('otel.sdk.span.started')).toBe(
        total('otel.sdk.span.live') + total('otel.sdk.processor.span.processed', own),
      );
      for (const [reason, count] of Object.entries(kept))
        expect(total('telemetry.operation.kept', { 'operation.reason': reason })).toBe(count);
      for (const [reason, count] of Object.entries(dropped))
        expect(total('telemetry.operation.dropped', { 'operation.reason': reason })).toBe(count);

      const facts = pipeline.facts();
      const exported = total('otel.sdk.exporter.span.exported');
      const fine = total('otel.sdk.exporter.span.exported', { 'error.type': undefined });
      expect([fine, exported - fine]).toEqual([facts.sent, facts.failed + facts.rejected]);
      const inflight = total('otel.sdk.exporter.span.inflight');
      const queued = total('otel.sdk.processor.span.queue.size');
      expect(inflight + queued).toBe(facts.queued);
      expect(total('otel.sdk.processor.span.queue.capacity')).toBe(300);
      const queue = { 'otel.component.type': 'export_pipeline' };
      expect(total('otel.sdk.processor.span.processed', { ...queue, 'error.type': 'queue_full' })).toBe(
        facts.dropped,
      );
      expect(total('otel.sdk.processor.span.processed', { ...queue, 'error.type': undefined })).toBe(
        facts.sent + facts.failed + facts.rejected + inflight,
      );
    };

    check();
    for (let i = 0; i < 2000; i++) {
      const origin = i % 3;
      const remote = {
        traceId: (i + 1).toString(16).padStart(32, '0'),
        spanId: '00000000000000aa',
        traceFlags: origin === 1 ? TraceFlags.SAMPLED : TraceFlags.NONE,
        isRemote: true,
      };
      const parent = origin === 0 ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
      const root = tracer.startSpan('root', {}, parent);
      tracer.startSpan('child', {}, trace.setSpan(context.active(), root)).end();
      if (i % 2 === 0) root.setStatus({ code: SpanStatusCode.ERROR });
      if (i % 100 !== 99) root.end();
      if (i % 250 === 0) check();
      if (i % 500 === 0) await pipeline.forceFlush();
    }
    check();
    await processor.forceFlush();
    check();
    expect(pipeline.facts()).toMatchObject({ queued: 0 });
    expect(pipeline.facts().failed).toBeGreaterThan(0);
    await provider.shutdown();
    check();

    const builder = new MetricDataBuilder([0, 0], [1, 0]);
    addSdkMetrics(builder, { tally: () => processor.tally(), pipelines: [] });
    const origins = (origin: string, result: string): number =>
      sumOf(builder.metrics, 'otel.sdk.span.started', {
        'otel.span.parent.origin': origin,
        'otel.span.sampling_result': result,
      });
    expect({
      roots: origins('none', 'RECORD_AND_SAMPLE'),
      remote: origins('remote', 'RECORD_AND_SAMPLE'),
      unsampled: origins('remote', 'RECORD_ONLY'),
      local: origins('local', 'RECORD_AND_SAMPLE') + origins('local', 'RECORD_ONLY'),
    }).toEqual({ roots: 667, remote: 667, unsampled: 666, local: 2000 });
  });
});

function sumOf(
  metrics: readonly MetricData[],
  name: string,
  attributes: Readonly<Record<string, unknown>>,
): number {
  return metrics
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap((metric) => (metric.dataPointType === DataPointType.SUM ? metric.dataPoints : []))
    .filter((point) => Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
