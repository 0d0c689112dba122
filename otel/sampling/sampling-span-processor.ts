import { context, createTraceState, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { EndedOperation, OperationRecorder } from '../aggregate/ended-operation.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import type { OperationType, SamplingFacts, SpanCounts } from '../query.ts';
import type { BufferedTrace } from './buffered-trace.ts';
import { type Bits56, isAtLeast, KEEP_ALL } from './consistent-threshold.ts';
import { DeferredEnds } from './deferred-ends.ts';
import { type EndedSpan, ReadSpan, unreadableSpan } from './ended-span.ts';
import type { FinishedOperation, FinishedOperationSink } from './finished-operation.ts';
import { type LiveThresholds, liveThresholds } from './live-thresholds.ts';
import { operationTypeOf, seriesOf } from './operation-type.ts';
import { randomnessOf } from './ot-trace-state.ts';
import { mustKeepReason, type SamplingSettings } from './policies.ts';
import type { SamplingLimits } from './sampling-limits.ts';
import { SpanHandOver, type SpanOutput } from './span-hand-over.ts';
import { SpanTally } from './span-tally.ts';
import { callerIn } from './statement-caller.ts';
import { StormBudget, type StormFacts } from './storm-budget.ts';
import { TraceBuffer, type TraceBufferFacts } from './trace-buffer.ts';
import { type OperationAggregates, TraceJudge } from './trace-judge.ts';

const SWEEP_INTERVAL_MILLIS = 1000;
/** How long an ended span waits at most to be looked at, when they wait at all. */
const DEFERRED_SWEEP_INTERVAL_MILLIS = 250;
/** One ended span in this many is timed for the own-cost figure; never the first ones, which run cold. */
const COST_SAMPLE_EVERY = 64;

export interface SamplingSpanProcessorOptions {
  readonly aggregates: OperationAggregates;
  readonly guard: Guard;
  /** Asked at every verdict; a live change replaces the object. */
  readonly settings: () => SamplingSettings;
  readonly outputs: readonly SpanOutput[];
  readonly clock?: Clock;
  readonly limits?: Partial<SamplingLimits>;
  /** Ended spans that wait to be handled together, off the path of requests; `settle` handles them at once. Default 0: none waits. */
  readonly deferredSpans?: number;
}

/**
 * The one custom span processor: classify, aggregate, buffer, decide, hand over. Every ended span is counted before any decision,
 * so counts and durations are exact at every rate; a verdict falls per span when its local trace is complete.
 */
export class SamplingSpanProcessor implements SpanProcessor, OperationRecorder, FinishedOperationSink {
  readonly #aggregates: OperationAggregates;
  readonly #guard: Guard;
  readonly #live: () => LiveThresholds;
  readonly #handOver: SpanHandOver;
  readonly #clock: Clock;
  readonly #buffer: TraceBuffer;
  readonly #storm: StormBudget;
  readonly #judge: TraceJudge;
  readonly #tally = new SpanTally();
  readonly #exports: boolean;
  readonly #deferred: DeferredEnds<ReadableSpan | FinishedOperation>;
  #sweep: ReturnType<typeof setInterval> | undefined;
  /** Monotonic time of the last sweep: ages need no finer one, and reading a clock costs as much as a map. */
  #tickNanos: number;
  #ended = 0;
  #sampledCostNanos = 0;
  #costSamples = 0;

  constructor(options: SamplingSpanProcessorOptions) {
    const { aggregates, guard, limits, clock = systemClock, deferredSpans = 0 } = options;
    this.#aggregates = aggregates;
    this.#guard = guard;
    this.#clock = clock;
    this.#live = liveThresholds(options.settings, (error) => guard.report('sampling settings', error));
    this.#handOver = new SpanHandOver(options.outputs, guard);
    this.#exports = this.#handOver.exports;
    this.#buffer = new TraceBuffer(limits);
    this.#storm = new StormBudget(limits ?? {}, () => clock.monotonicNanos());
    this.#judge = new TraceJudge({
      aggregates,
      guard,
      clock,
      tally: this.#tally,
      storm: this.#storm,
      handOver: this.#handOver,
    });
    this.#deferred = new DeferredEnds(deferredSpans, (ended) => this.#handle(ended));
    this.#tickNanos = guard.run('clock', () => clock.monotonicNanos(), 0);
    const intervalMillis = deferredSpans === 0 ? SWEEP_INTERVAL_MILLIS : DEFERRED_SWEEP_INTERVAL_MILLIS;
    context.with(ROOT_CONTEXT, () => {
      this.#sweep = setInterval(() => this.decideOverdue(), intervalMillis);
      this.#sweep.unref();
    });
  }

  onStart(span: Span, _parentContext: Context): void {
    this.#tally.start();
    try {
      const { traceId, spanId, traceState } = span.spanContext();
      const parent = span.parentSpanContext;
      const isRemote = parent?.isRemote === true;
      if (parent !== undefined && !isRemote) {
        // A child of a decided trace inherits the verdict when it ends; only a local root opens a trace.
        const known = this.#buffer.find(traceId);
        if (known !== undefined) this.#buffer.countStart(known);
        return;
      }
      const trace = this.#buffer.open(traceId, traceState, this.#tickNanos);
      this.#buffer.countStart(trace);
      trace.beginRoot(span as Span & ReadableSpan, spanId, isRemote);
      this.#makeRoom();
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onStart', error);
    }
  }

  onEnd(span: ReadableSpan): void {
    this.#deferred.add(span);
  }

  /** The same for an operation that was over before anybody made a span of it; it gets one only if it is kept. */
  recordFinished(operation: FinishedOperation): void {
    this.#deferred.add(operation);
  }

  /** Handles the ended spans that wait, so that what is read next includes them. Never throws. */
  settle(): void {
    this.#deferred.settle();
  }

  isDetailWanted(type: OperationType, traceId: string, traceState: string | undefined): boolean {
    const live = this.#live();
    if (live.thresholds.local[type] === KEEP_ALL) return true;
    const randomness =
      this.#buffer.find(traceId)?.randomness ??
      randomnessOf(traceId, traceState === undefined ? undefined : createTraceState(traceState));
    return this.#isWanted(type, randomness, live);
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
    this.settle();
    await this.#handOver.forceFlush();
  }

  /** Decides what is pending, hands it over and shuts the exporters down. Idempotent. */
  async shutdown(): Promise<void> {
    if (this.#sweep === undefined) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    this.settle();
    for (const trace of this.#buffer.all()) this.#decide(trace);
    await this.#handOver.shutdown();
  }

  /** Spans that wait for their verdict count as live. */
  counts(): SpanCounts {
    this.settle();
    return this.#tally.counts();
  }

  /** Whether failures are being cut, and how deep (G18). */
  storm(): StormFacts {
    const none = { active: false, probability: 1, cut: 0, examples: 0 };
    return this.#guard.run('storm budget', () => this.#storm.facts(), none);
  }

  /** What is held now, each below its limit. */
  held(): TraceBufferFacts & { readonly exampleKinds: number } {
    this.settle();
    return { ...this.#buffer.facts(), exampleKinds: this.#storm.exampleKinds };
  }

  /** What is known of a trace that no store holds. */
  seen(traceId: string): 'running' | 'never-kept' | undefined {
    this.settle();
    const trace = this.#buffer.find(traceId);
    if (trace === undefined) return this.#buffer.wasDropped(traceId) ? 'never-kept' : undefined;
    if (!trace.isDecided) return 'running';
    return trace.keptAny ? undefined : 'never-kept';
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

  /** Decides traces that waited too long; a timer calls it every second, and so may who owns the clock. Never throws. */
  decideOverdue(): void {
    try {
      this.#tickNanos = this.#clock.monotonicNanos();
      this.settle();
      for (const trace of this.#buffer.overdue(this.#tickNanos)) this.#decide(trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.sweep', error);
    }
  }

  #isWanted(type: OperationType, randomness: Bits56, { thresholds, lowestExport }: LiveThresholds): boolean {
    return (
      isAtLeast(randomness, thresholds.local[type]) || (this.#exports && isAtLeast(randomness, lowestExport))
    );
  }

  #handle(ended: ReadableSpan | FinishedOperation): void {
    if (++this.#ended % COST_SAMPLE_EVERY !== 0) return this.#end(ended);
    const before = performance.now();
    this.#end(ended);
    this.#sampledCostNanos += (performance.now() - before) * 1e6;
    this.#costSamples++;
  }

  #end(ended: ReadableSpan | FinishedOperation): void {
    if (isFinishedOperation(ended)) this.#endFinished(ended);
    else this.#endSpan(ended);
  }

  #endFinished(operation: FinishedOperation): void {
    let isStarted = false;
    try {
      const trace = this.#buffer.find(operation.traceId);
      this.recordWithoutSpan(operation);
      const live = this.#live();
      if (
        mustKeepReason(operation, live.settings) === undefined &&
        !this.#isWanted(
          operation.type,
          trace?.randomness ?? randomnessOf(operation.traceId, operation.traceState),
          live,
        )
      )
        return;
      this.#tally.start();
      isStarted = true;
      if (trace === undefined || trace.isDecided) this.#endLate(operation, trace);
      else this.#endWaiting(operation, trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.recordFinished', error);
      if (isStarted) this.#tally.drop('overflow');
    }
  }

  #endSpan(span: ReadableSpan): void {
    let trace: BufferedTrace | undefined;
    try {
      trace = this.#buffer.find(span.spanContext().traceId);
      if (trace !== undefined) this.#buffer.countEnd(trace);
      const ended = this.#record(span, trace);
      if (trace === undefined || trace.isDecided) this.#endLate(ended, trace);
      else this.#endWaiting(ended, trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onEnd', error);
      this.#tally.drop('overflow');
    }
  }

  /** Classifies and counts; a fault in either leaves the span its place in the trace. */
  #record(span: ReadableSpan, trace: BufferedTrace | undefined): EndedSpan {
    const ended = this.#read(span, trace);
    try {
      this.#aggregates.record(ended);
    } catch (error) {
      this.#guard.report('aggregates', error);
    }
    return ended;
  }

  #read(span: ReadableSpan, trace: BufferedTrace | undefined): EndedSpan {
    try {
      const type = operationTypeOf(span);
      const caller = type === 'database' && trace !== undefined ? callerIn(trace) : undefined;
      return new ReadSpan(span, type, seriesOf(type, span), caller);
    } catch (error) {
      this.#guard.report('classification', error);
      return unreadableSpan(
        span,
        this.#guard.run('clock', () => this.#clock.now(), 0),
      );
    }
  }

  #endWaiting(ended: EndedSpan, trace: BufferedTrace): void {
    if (ended.spanId === trace.rootSpanId) {
      trace.rootType = ended.type;
      trace.rootEndedNanos = this.#tickNanos;
    }
    this.#buffer.hold(trace, ended);
    if (trace.live === 0 || trace.pending.length >= this.#buffer.limits.maxSpansPerTrace) this.#decide(trace);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (let over = this.#buffer.overflowing(); over !== undefined; over = this.#buffer.overflowing())
      this.#decide(over);
  }

  #decide(trace: BufferedTrace): void {
    // Decided meanwhile: an exporter may have ended spans of its own.
    if (trace.isDecided) return;
    const live = this.#live();
    if (!trace.wasDecided) {
      const rootType = trace.rootType ?? (trace.root === undefined ? 'other' : this.#typeOf(trace.root));
      trace.wholeExport = this.#exports && isAtLeast(trace.randomness, live.thresholds.export[rootType]);
    }
    if (trace.live > 0) trace.facts.truncated = true;
    this.#judge.judge(this.#buffer.settle(trace), trace, live, false);
    this.#buffer.retire(trace);
  }

  #typeOf(span: ReadableSpan): OperationType {
    return this.#guard.run('classification', () => operationTypeOf(span), 'other');
  }

  /** A span that ends after its trace's verdict inherits it; one of a forgotten trace is judged by its randomness alone. */
  #endLate(ended: EndedSpan, known: BufferedTrace | undefined): void {
    const live = this.#live();
    if (known !== undefined) return this.#judge.judge([ended], known, live, true);
    const { traceId, traceState } = ended.span.spanContext();
    const trace = this.#buffer.unheld(traceId, traceState);
    trace.facts.truncated = true;
    trace.wholeExport =
      this.#exports &&
      !this.#buffer.wasDropped(traceId) &&
      isAtLeast(trace.randomness, live.thresholds.export[ended.type]);
    this.#judge.judge([ended], trace, live, true);
    trace.forget();
  }
}

/** A span of somebody else's may throw at any question. */
function isFinishedOperation(ended: ReadableSpan | FinishedOperation): ended is FinishedOperation {
  try {
    return (ended as Partial<FinishedOperation>).isFinishedOperation === true;
  } catch {
    return false;
  }
}
