import { context, createTraceState, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { EndedOperation, OperationRecorder } from '../aggregate/ended-operation.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import type { OperationType, SamplingFacts, SpanCounts } from '../query.ts';
import { BufferedTrace, type PendingSpan, type Verdict } from './buffered-trace.ts';
import { isAtLeast } from './consistent-threshold.ts';
import { type LiveThresholds, liveThresholds } from './live-thresholds.ts';
import { operationOfSpan, pendingSpanOf } from './operation-of-span.ts';
import { operationTypeOf, seriesOf } from './operation-type.ts';
import { randomnessOf } from './ot-trace-state.ts';
import { decideExport, decideTrace, mustKeepReason, type SamplingSettings } from './policies.ts';
import { type Reasons, SpanHandOver, type SpanOutput } from './span-hand-over.ts';
import { SpanTally } from './span-tally.ts';
import { TraceBuffer, type TraceBufferLimits } from './trace-buffer.ts';

const SWEEP_INTERVAL_MILLIS = 1000;
/** One onEnd in this many is timed for the own-cost figure; never the first ones, which run cold. */
const COST_SAMPLE_EVERY = 64;

export interface SamplingSpanProcessorOptions {
  readonly aggregates: {
    record(operation: EndedOperation): void;
    recordKept(type: OperationType, series: string, atMillis: number): void;
  };
  readonly guard: Guard;
  /** Asked at every verdict; a live change replaces the object. */
  readonly settings: () => SamplingSettings;
  readonly outputs: readonly SpanOutput[];
  readonly clock?: Clock;
  readonly limits?: Partial<TraceBufferLimits>;
}

/**
 * The one custom span processor: classify, aggregate, buffer, decide, hand over. Every ended span is counted before any decision,
 * so counts and durations are exact at every rate; a verdict falls per span when its local trace is complete.
 */
export class SamplingSpanProcessor implements SpanProcessor, OperationRecorder {
  readonly #aggregates: SamplingSpanProcessorOptions['aggregates'];
  readonly #guard: Guard;
  readonly #live: () => LiveThresholds;
  readonly #handOver: SpanHandOver;
  readonly #clock: Clock;
  readonly #buffer: TraceBuffer;
  readonly #tally = new SpanTally();
  readonly #exports: boolean;
  #sweep: ReturnType<typeof setInterval> | undefined;
  #ended = 0;
  #sampledCostNanos = 0;
  #costSamples = 0;

  constructor(options: SamplingSpanProcessorOptions) {
    this.#aggregates = options.aggregates;
    this.#guard = options.guard;
    this.#live = liveThresholds(options.settings);
    this.#handOver = new SpanHandOver(options.outputs, options.guard);
    this.#exports = this.#handOver.exports;
    this.#clock = options.clock ?? systemClock;
    this.#buffer = new TraceBuffer(options.limits);
    context.with(ROOT_CONTEXT, () => {
      this.#sweep = setInterval(() => this.#decideOverdue(), SWEEP_INTERVAL_MILLIS);
      this.#sweep.unref();
    });
  }

  onStart(span: Span, _parentContext: Context): void {
    this.#tally.start();
    try {
      const { traceId, traceState } = span.spanContext();
      const parent = span.parentSpanContext;
      const isLocalRoot = parent === undefined || parent.isRemote === true;
      let trace = this.#buffer.active(traceId);
      if (trace === undefined) {
        // A child of a decided trace inherits the verdict when it ends; only a local root opens a new trace.
        if (!isLocalRoot) return;
        trace = new BufferedTrace(traceId, traceState, this.#clock.now());
        this.#buffer.add(trace);
      }
      trace.live++;
      if (isLocalRoot && trace.root === undefined) {
        trace.root = span as Span & ReadableSpan;
        trace.remoteParent = parent !== undefined;
      }
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onStart', error);
    }
  }

  onEnd(span: ReadableSpan): void {
    if (++this.#ended % COST_SAMPLE_EVERY !== 0) return this.#end(span);
    const before = performance.now();
    this.#end(span);
    this.#sampledCostNanos += (performance.now() - before) * 1e6;
    this.#costSamples++;
  }

  isDetailWanted(type: OperationType, traceId: string, traceState: string | undefined): boolean {
    const { thresholds, lowestExport } = this.#live();
    const randomness =
      this.#buffer.active(traceId)?.randomness ??
      this.#buffer.verdict(traceId)?.randomness ??
      randomnessOf(traceId, traceState === undefined ? undefined : createTraceState(traceState));
    return (
      isAtLeast(randomness, thresholds.local[type]) || (this.#exports && isAtLeast(randomness, lowestExport))
    );
  }

  slowThresholdNanos(type: OperationType): number {
    return this.#live().settings.slowThresholdNanos[type];
  }

  recordWithoutSpan(operation: EndedOperation): void {
    try {
      this.#aggregates.record(operation);
    } catch (error) {
      this.#guard.report('aggregates', error);
    }
  }

  /** Exports what is decided; decides nothing early. */
  async forceFlush(): Promise<void> {
    await this.#handOver.forceFlush();
  }

  /** Decides what is pending, hands it over and shuts the exporters down. Idempotent. */
  async shutdown(): Promise<void> {
    if (this.#sweep === undefined) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    for (const trace of this.#buffer.all()) this.#decide(trace);
    await this.#handOver.shutdown();
  }

  /** Spans that wait for their verdict count as live. */
  counts(): SpanCounts {
    return this.#tally.counts();
  }

  /** What is known of a trace that no store holds. */
  seen(traceId: string): 'running' | 'never-kept' | undefined {
    if (this.#buffer.active(traceId) !== undefined) return 'running';
    const verdict = this.#buffer.verdict(traceId);
    return verdict !== undefined && !verdict.keptAny ? 'never-kept' : undefined;
  }

  sampling(): SamplingFacts {
    const { rates, exportRates, slowThresholdNanos } = this.#live().settings;
    return {
      enabled: true,
      rates,
      exportRates,
      thresholdsSeconds: {
        database: slowThresholdNanos.database / 1e9,
        http: slowThresholdNanos.http / 1e9,
        render: slowThresholdNanos.render / 1e9,
      },
    };
  }

  /** Mean time that ending one span takes here, and how many ended. */
  cost(): { readonly nanosPerSpan: number; readonly spans: number } {
    return {
      nanosPerSpan: this.#costSamples && this.#sampledCostNanos / this.#costSamples,
      spans: this.#ended,
    };
  }

  #end(span: ReadableSpan): void {
    try {
      const { traceId } = span.spanContext();
      const trace = this.#buffer.active(traceId);
      const pending = this.#record(span, trace);
      if (trace === undefined) this.#endLate(pending, this.#buffer.verdict(traceId));
      else this.#endBuffered(pending, trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onEnd', error);
    }
  }

  /** Classifies and counts; a fault in either leaves the span its place in the trace. */
  #record(span: ReadableSpan, trace: BufferedTrace | undefined): PendingSpan {
    let type: OperationType = 'other';
    let series = span.name;
    try {
      type = operationTypeOf(span);
      series = seriesOf(type, span);
      this.#aggregates.record(operationOfSpan(span, type, series, trace?.root));
    } catch (error) {
      this.#guard.report('aggregates', error);
    }
    return pendingSpanOf(span, type, series);
  }

  #endBuffered(pending: PendingSpan, trace: BufferedTrace): void {
    trace.live--;
    trace.pending.push(pending);
    this.#buffer.countPending(1);
    if (trace.root !== undefined && pending.spanId === trace.root.spanContext().spanId) {
      trace.rootType = pending.type;
      trace.rootEndedMillis = this.#clock.now();
    }
    if (trace.live === 0 || trace.pending.length >= this.#buffer.limits.maxSpansPerTrace) this.#decide(trace);
    for (let over = this.#buffer.overflowing(); over !== undefined; over = this.#buffer.overflowing())
      this.#decide(over);
  }

  #decide(trace: BufferedTrace): void {
    const live = this.#live();
    const { randomness, pending } = trace;
    const rootType = trace.rootType ?? (trace.root === undefined ? 'other' : operationTypeOf(trace.root));
    const verdict: Verdict = {
      randomness,
      wholeExport: this.#exports && isAtLeast(randomness, live.thresholds.export[rootType]),
      facts: { droppedSpans: 0, truncated: trace.live > 0, remoteParent: trace.remoteParent },
      owedAncestors: new Set(),
      owedExportAncestors: new Set(),
      keptAny: false,
    };
    this.#buffer.settle(trace, verdict);
    this.#judge(pending, verdict, live);
  }

  /** A span that ends after its trace's verdict inherits it; one of a forgotten trace is judged by its randomness alone. */
  #endLate(pending: PendingSpan, known: Verdict | undefined): void {
    const live = this.#live();
    const { traceId, traceState } = pending.span.spanContext();
    const randomness = known?.randomness ?? randomnessOf(traceId, traceState);
    const verdict = known ?? {
      randomness,
      wholeExport: this.#exports && isAtLeast(randomness, live.thresholds.export[pending.type]),
      facts: { droppedSpans: 0, truncated: true, remoteParent: false },
      owedAncestors: new Set<string>(),
      owedExportAncestors: new Set<string>(),
      keptAny: false,
    };
    this.#judge([pending], verdict, live, mustKeepReason(pending, live.settings) !== undefined);
  }

  #judge(spans: readonly PendingSpan[], verdict: Verdict, live: LiveThresholds, isLate = false): void {
    const { settings, thresholds } = live;
    let local: Reasons;
    let exported: Reasons | undefined;
    try {
      local = decideTrace(spans, verdict.randomness, settings, thresholds.local, verdict.owedAncestors);
      if (this.#exports)
        exported = decideExport(spans, verdict.wholeExport, settings, verdict.owedExportAncestors);
    } catch (error) {
      // Rather too much detail than a lost failure.
      this.#guard.report('policies', error);
      local = spans.map(() => 'probability');
      exported = this.#exports ? local : undefined;
    }
    if (isLate) {
      local = local.map((reason) => reason && 'late');
      exported = exported?.map((reason) => reason && 'late');
    }
    this.#count(spans, local, verdict);
    this.#handOver.give(spans, { local, export: exported }, verdict, thresholds);
  }

  #count(spans: readonly PendingSpan[], reasons: Reasons, verdict: Verdict): void {
    const now = this.#clock.now();
    for (const [index, reason] of reasons.entries()) {
      if (reason === undefined) {
        this.#tally.drop('probability');
        verdict.facts.droppedSpans++;
        continue;
      }
      this.#tally.keep(reason);
      verdict.keptAny = true;
      try {
        this.#aggregates.recordKept(spans[index]!.type, spans[index]!.series, now);
      } catch (error) {
        this.#guard.report('aggregates', error);
      }
    }
  }

  #decideOverdue(): void {
    try {
      for (const trace of this.#buffer.overdue(this.#clock.now())) this.#decide(trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.sweep', error);
    }
  }
}
