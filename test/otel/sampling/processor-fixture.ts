import { afterEach, beforeAll, describe } from '@jest/globals';
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanStatusCode,
  type Span,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { emptyResource } from '@opentelemetry/resources';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { Operations } from '../../../otel/instrumentation/operations.ts';
import { statementSubject } from '../../../otel/instrumentation/statement-facts.ts';
import type { OperationCounts, OperationType, SamplingFacts, StormFacts } from '../../../otel/query.ts';
import { StormBudget } from '../../../otel/sampling/policies/storm-budget.ts';
import type { Policy } from '../../../otel/sampling/policy.ts';
import { livePolicies } from '../../../otel/sampling/policy-set.ts';
import { samplingFacts } from '../../../otel/sampling/sampling-facts.ts';
import type { StormLimits } from '../../../otel/sampling/policies/storm-limits.ts';
import type { TraceBufferLimits } from '../../../otel/sampling/sampling-limits.ts';
import type { SamplingSettings } from '../../../otel/sampling/sampling-settings.ts';
import {
  SamplingSpanProcessor,
  type SamplingSpanProcessorOptions,
} from '../../../otel/sampling/sampling-span-processor.ts';
import { Shedding } from '../../../otel/sampling/shedding.ts';
import { encodeThreshold, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { exporterSink } from '../../../otel/sampling/exporter-sink.ts';
import type { Sink } from '../../../otel/sampling/outcomes.ts';
import type { KeptSpan } from '../../../otel/spans/kept-span.ts';
import { operationReader } from '../../../otel/spans/read-operation.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import { hexOf, idsOf, randomOf } from './random.ts';

/** Records the spans it receives, batch by batch. */
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

export function settingsOf(rates: Rates, exportRates: Rates = rates, wholeTrace = false): SamplingSettings {
  const each = (given: Rates): Record<OperationType, number> =>
    typeof given === 'number'
      ? { http: given, database: given, render: given, other: given }
      : { http: 1, database: 1, render: 1, other: 1, ...given };
  return {
    rates: each(rates),
    exportRates: each(exportRates),
    slowThresholdNanos: { http: 1e9, database: 1e9, render: 0.25e9, other: Infinity },
    keepsWholeTrace: wholeTrace,
    rules: [],
    target: 0,
  };
}

/** Span maker for tests that do not choose one. */
let defaultSpans: 'own' | 'stock' = 'stock';

/** Runs the same tests with spans of the kit and with those of the SDK. */
export function describeInBothModes(name: string, tests: () => void): void {
  describe.each(['own', 'stock'] as const)(`${name} (%s)`, (spans) => {
    beforeAll(() => {
      defaultSpans = spans;
    });
    tests();
  });
}

/** With the counts shown on pages. */
class BookedProcessor extends SamplingSpanProcessor {
  readonly #budget: StormBudget;
  readonly #settings: () => SamplingSettings;

  constructor(options: SamplingSpanProcessorOptions, budget: StormBudget, settings: () => SamplingSettings) {
    super(options);
    this.#budget = budget;
    this.#settings = settings;
  }

  counts(): OperationCounts {
    return this.tally().counts();
  }
  storm(): StormFacts {
    return this.#budget.facts();
  }
  sampling(): SamplingFacts {
    return samplingFacts(this.#settings(), this.tally(), this.storm());
  }
  get exampleKinds(): number {
    return this.#budget.exampleKinds;
  }
}

/** A real TracerProvider, of the SDK or of the kit, with the kit's processor and fake exporters. Shut the processor down after the test. */
export function startProcessor(options: {
  readonly rates: Rates;
  readonly exportRates?: Rates;
  readonly limits?: Partial<TraceBufferLimits & StormLimits>;
  readonly before?: readonly SpanProcessor[];
  readonly after?: readonly SpanProcessor[];
  readonly aggregates?: RedAggregator;
  readonly deferredSpans?: number;
  readonly policies?: readonly Policy[];
  readonly wholeTrace?: boolean;
  readonly spans?: 'own' | 'stock';
  /** Besides the fake exporters. */
  readonly sinks?: readonly Sink[];
  readonly seed?: number;
  /** Default 0: nothing is shed. */
  readonly shedDelayMillis?: number;
}) {
  const clock = new FakeClock();
  const guard = new Guard();
  const local = new FakeExporter();
  const exported = new FakeExporter();
  const { wholeTrace = false } = options;
  const state = { settings: settingsOf(options.rates, options.exportRates, wholeTrace) };
  const aggregates = options.aggregates ?? new RedAggregator({ clock, rates: () => state.settings.rates });
  const shedding = new Shedding(options.shedDelayMillis ?? 0, clock);
  const budget = new StormBudget(options.limits ?? {}, clock.monotonicNanos);
  const processor = new BookedProcessor(
    {
      read: operationReader(guard, clock),
      aggregates,
      clock,
      guard,
      budget,
      policies: shedding.policies(livePolicies(() => state.settings, options.policies ?? [], guard, clock)),
      sinks: [
        exporterSink(local, 'local', guard),
        ...(options.exportRates === undefined ? [] : [exporterSink(exported, 'export', guard)]),
        ...(options.sinks ?? []),
      ],
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.deferredSpans === undefined ? {} : { deferredSpans: options.deferredSpans }),
    },
    budget,
    () => state.settings,
  );
  const processors = [...(options.before ?? []), processor, ...(options.after ?? [])];
  // The same ids in each run: which spans of a storm are kept depends on them.
  const ids = idsOf(randomOf(options.seed ?? 11));
  const provider =
    (options.spans ?? defaultSpans) === 'own'
      ? new RecordingTracerProvider({ resource: emptyResource(), processors, guard, clock, ids })
      : new TracerProvider({
          sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
          spanProcessors: processors,
          idGenerator: ids,
        });
  const tracer: Tracer = provider.getTracer('test');
  return { processor, provider, tracer, aggregates, local, exported, clock, guard, state, shedding };
}

/** `startProcessor` for the tests of a file: shuts down after each test what it started. */
export function processorsOfEachTest(): typeof startProcessor {
  const started: ReturnType<typeof startProcessor>[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map(({ processor }) => processor.shutdown()));
  });
  return (options) => {
    const one = startProcessor(options);
    started.push(one);
    return one;
  };
}

/** Remote parent of a trace whose upstream samples a share consistently and states its threshold. */
export function remoteParent(random: () => number, share: number, says = true): Context {
  const traceId = hexOf(random, 4);
  const isSampled = parseInt(traceId.slice(18), 16) / 2 ** 56 >= 1 - share;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: hexOf(random, 2),
    isRemote: true,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    ...(isSampled &&
      says && { traceState: createTraceState(`ot=th:${encodeThreshold(thresholdOf(share))}`) }),
  });
}

/** The rejection threshold in a span's trace state, in hexadecimal. */
export function thOf(span: ReadableSpan): string | undefined {
  return /th:([0-9a-f]+)/.exec(span.spanContext().traceState?.get('ot') ?? '')?.[1];
}

export function fail(span: Span): Span {
  return span.setStatus({ code: SpanStatusCode.ERROR });
}

const SUBJECT = statementSubject('SELECT * FROM posts WHERE id = ?', 'blog.db');

/** Records a successful statement of this duration, as the instrumentation does. */
export function noteStatement({ tracer, guard, clock }: Noting, parent: Span, durationNanos: number): void {
  const operations = new Operations(guard, () => tracer, clock);
  const result = { startNanos: clock.monotonicNanos() - durationNanos, durationNanos };
  operations.note(trace.setSpan(ROOT_CONTEXT, parent), SUBJECT, result);
}
type Noting = Pick<ReturnType<typeof startProcessor>, 'tracer' | 'guard' | 'clock'>;
