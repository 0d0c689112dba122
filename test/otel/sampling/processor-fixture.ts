import { SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  type IdGenerator,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { OperationType } from '../../../otel/query.ts';
import type { KeptSpan } from '../../../otel/sampling/kept-span.ts';
import type { SamplingSettings } from '../../../otel/sampling/policies.ts';
import { SamplingSpanProcessor } from '../../../otel/sampling/sampling-span-processor.ts';
import type { SamplingLimits } from '../../../otel/sampling/sampling-limits.ts';
import { randomOf } from './random.ts';

/** Remembers what it was given, batch by batch. */
export class FakeExporter implements SpanExporter {
  readonly batches: KeptSpan[][] = [];
  get spans(): KeptSpan[] {
    return this.batches.flat();
  }
  export(spans: ReadableSpan[], callback: (result: ExportResult) => void): void {
    this.batches.push(spans as KeptSpan[]);
    callback({ code: 0 });
  }
  async shutdown(): Promise<void> {}
}

export class FakeClock {
  millis = Date.UTC(2026, 2, 14, 12);
  readonly now = (): number => this.millis;
  readonly monotonicNanos = (): number => this.millis * 1e6;
}

export type Rates = number | Partial<Record<OperationType, number>>;

export function settingsOf(rates: Rates, exportRates: Rates = rates): SamplingSettings {
  const each = (given: Rates): Record<OperationType, number> =>
    typeof given === 'number'
      ? { http: given, database: given, render: given, other: given }
      : { http: 1, database: 1, render: 1, other: 1, ...given };
  return {
    rates: each(rates),
    exportRates: each(exportRates),
    slowThresholdNanos: { http: 1e9, database: 1e9, render: 0.25e9, other: Infinity },
  };
}

/** The same ids in each run: which of a storm's spans are kept depends on them. */
function seededIds(): IdGenerator {
  const random = randomOf(11);
  const hex = (words: number): string =>
    Array.from({ length: words }, () => random().toString(16).padStart(8, '0')).join('');
  return { generateTraceId: () => hex(4), generateSpanId: () => hex(2) };
}

/** A real TracerProvider with our processor and fake exporters. Shut the processor down after the test. */
export function startProcessor(options: {
  readonly rates: Rates;
  readonly exportRates?: Rates;
  readonly limits?: Partial<SamplingLimits>;
  readonly before?: readonly SpanProcessor[];
  readonly aggregates?: RedAggregator;
  readonly deferredSpans?: number;
}) {
  const clock = new FakeClock();
  const guard = new Guard();
  const local = new FakeExporter();
  const exported = new FakeExporter();
  const state = { settings: settingsOf(options.rates, options.exportRates) };
  const aggregates = options.aggregates ?? new RedAggregator({ clock, rates: () => state.settings.rates });
  const processor = new SamplingSpanProcessor({
    aggregates,
    clock,
    guard,
    settings: () => state.settings,
    outputs: [
      { exporter: local, rates: 'local' },
      ...(options.exportRates === undefined ? [] : [{ exporter: exported, rates: 'export' as const }]),
    ],
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.deferredSpans === undefined ? {} : { deferredSpans: options.deferredSpans }),
  });
  const provider = new TracerProvider({
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
    spanProcessors: [...(options.before ?? []), processor],
    idGenerator: seededIds(),
  });
  const tracer: Tracer = provider.getTracer('test');
  return { processor, provider, tracer, aggregates, local, exported, clock, guard, state };
}

export function fail(span: Span): Span {
  return span.setStatus({ code: SpanStatusCode.ERROR });
}
