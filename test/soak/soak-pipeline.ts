import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  type ReadableSpan,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { RedAggregator } from '../../otel/aggregate/red-aggregator.ts';
import { systemClock } from '../../otel/base/clock.ts';
import { exportPipeline } from '../../otel/export/span-pipelines.ts';
import { Guard } from '../../otel/base/guard.ts';
import { createSamplingProcessor } from '../../otel/sampler.ts';
import { StormBudget } from '../../otel/sampling/policies/storm-budget.ts';
import { exporterSink } from '../../otel/sampling/exporter-sink.ts';
import { InProcessSpanExporter } from '../../otel/store/in-process-span-exporter.ts';
import { TraceRing } from '../../otel/store/trace-ring.ts';

/** Half of the default age, so that a short run sees streams decided too. */
const LIMITS = { maxAgeMillis: 30_000 };

export type SoakPipeline = ReturnType<typeof createSoakPipeline>;

/** Processor, ring and aggregates as the blog composes them, with an OTLP pipeline whose receiver is slow and often fails. */
export function createSoakPipeline() {
  const rates = { http: 0.2, database: 0.05, render: 0.5, other: 0.1 };
  const settings = {
    rates,
    exportRates: { http: 0.1, database: 0.1, render: 0.1, other: 0.1 },
    slowThresholdNanos: { http: 1e9, database: 1e9, render: 0.25e9, other: Infinity },
    keepsWholeTrace: true,
    rules: [],
    target: 0,
  };
  const guard = new Guard();
  const ring = new TraceRing({ maxTraces: 1000, maxBytes: 16 * 2 ** 20, now: systemClock.now });
  const aggregates = new RedAggregator({ clock: systemClock, rates: () => rates });
  const pipeline = exportPipeline(new SlowReceiver(), {
    endpoint: 'http://receiver',
    scheduledDelayMillis: 500,
  });
  const budget = new StormBudget({}, systemClock.monotonicNanos);
  const processor = createSamplingProcessor({
    budget,
    aggregates,
    guard,
    settings: () => settings,
    limits: LIMITS,
    sinks: [
      exporterSink(new InProcessSpanExporter({ ring, guard }), 'local', guard),
      exporterSink(pipeline, 'export', guard),
    ],
  });
  const tracer = new TracerProvider({
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
    spanProcessors: [processor],
  }).getTracer('soak');
  const conservationProblems = (): readonly string[] => {
    const { started, live, kept, dropped } = processor.tally().counts();
    const sum = [...Object.values(kept), ...Object.values(dropped)].reduce((a, b) => a + b, 0);
    const counted = Object.values(aggregates.operations()).reduce((all, { count }) => all + count, 0);
    return [
      ...(started === live + sum ? [] : [`${started} started, but ${live} live and ${sum} decided`]),
      ...(counted === started - live ? [] : [`${counted} operations counted of ${started - live} ended`]),
    ];
  };
  return { budget, processor, tracer, ring, aggregates, pipeline, guard, conservationProblems };
}

/** A receiver that takes its time, and fails every third export. */
class SlowReceiver {
  #exports = 0;

  export(_spans: readonly ReadableSpan[], callback: (result: ExportResult) => void): void {
    const isRefused = ++this.#exports % 3 === 0;
    setTimeout(() => {
      if (isRefused) callback({ code: ExportResultCode.FAILED, error: new Error('503') });
      else callback({ code: ExportResultCode.SUCCESS });
    }, 200).unref();
  }
  async shutdown(): Promise<void> {}
}
