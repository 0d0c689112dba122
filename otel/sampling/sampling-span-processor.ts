import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { EndedOperation, OperationRecorder } from '../aggregate/ended-operation.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { OperationType, SamplingFacts, OperationCounts, StormFacts } from '../query.ts';
import type { BufferedTrace } from './buffered-trace.ts';
import { CostMeter } from './cost-meter.ts';
import { DeferredEnds } from './deferred-ends.ts';
import type { EndedSpan } from './ended-span.ts';
import type { FinishedOperation, FinishedOperationSink } from './finished-operation.ts';
import { FINISHED_BYTES, finishedBytesOf, heldBytesOf } from './held-bytes.ts';
import { type LiveThresholds, liveThresholds } from './live-thresholds.ts';
import { samplingFacts } from './sampling-facts.ts';
import type { SamplingSpanProcessorOptions } from './sampling-span-processor-options.ts';
import { SpanHandOver } from './span-hand-over.ts';
import { isFinishedOperation, SpanReader } from './span-reader.ts';
import { OperationTally } from './operation-tally.ts';
import { StormBudget } from './storm-budget.ts';
import { TraceBuffer, type TraceBufferFacts } from './trace-buffer.ts';
import { type OperationAggregates, TraceJudge } from './trace-judge.ts';
import { WantedDetail } from './wanted-detail.ts';

/** Stands for the weight of a span that has only begun. */
const STARTED = -1;
const SWEEP_INTERVAL_MILLIS = 1000;
/** How long an ended span waits at most to be looked at, when they wait at all. */
const DEFERRED_SWEEP_INTERVAL_MILLIS = 250;

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
  readonly #wanted: WantedDetail;
  readonly #tally = new OperationTally();
  readonly #reader: SpanReader;
  readonly #cost: CostMeter;
  /** Of the batch that is being handled. */
  #ended = 0;
  readonly #deferred: DeferredEnds<ReadableSpan | FinishedOperation>;
  #sweep: ReturnType<typeof setInterval> | undefined;
  /** Monotonic time of the last sweep: ages need no finer one, and reading a clock costs as much as a map. */
  #tickNanos: number;

  constructor(options: SamplingSpanProcessorOptions) {
    const { aggregates, guard, limits, clock = systemClock, deferredSpans = 0 } = options;
    this.#aggregates = aggregates;
    this.#guard = guard;
    this.#clock = clock;
    this.#reader = new SpanReader(guard, clock);
    this.#live = liveThresholds(options.settings, (error) => guard.report('sampling settings', error));
    this.#handOver = new SpanHandOver(options.outputs, guard);
    this.#buffer = new TraceBuffer(limits);
    this.#wanted = new WantedDetail(this.#live, this.#buffer, this.#handOver.exports);
    this.#storm = new StormBudget(limits ?? {}, () => clock.monotonicNanos());
    this.#judge = new TraceJudge({
      aggregates,
      guard,
      live: this.#live,
      reader: this.#reader,
      buffer: this.#buffer,
      tally: this.#tally,
      storm: this.#storm,
      handOver: this.#handOver,
    });
    const maxBytes = this.#buffer.limits.maxDeferredBytes;
    this.#cost = options.cost ?? new CostMeter();
    this.#deferred = new DeferredEnds(
      deferredSpans,
      maxBytes,
      (span, bytes) => this.#handle(span, bytes),
      (count, nanos) => this.#countCost(count, nanos),
    );
    this.#tickNanos = guard.run('clock', () => clock.monotonicNanos(), 0);
    const intervalMillis = deferredSpans === 0 ? SWEEP_INTERVAL_MILLIS : DEFERRED_SWEEP_INTERVAL_MILLIS;
    context.with(ROOT_CONTEXT, () => {
      this.#sweep = setInterval(() => this.decideOverdue(), intervalMillis);
      this.#sweep.unref();
    });
  }

  onStart(span: Span, _parentContext: Context): void {
    this.#deferred.add(span as Span & ReadableSpan, STARTED);
  }

  onEnd(span: ReadableSpan): void {
    this.#deferred.add(span, heldBytesOf(span));
  }

  /** The same for an operation that was over before anybody made a span of it; it gets one only if it is kept. */
  recordFinished(operation: FinishedOperation): void {
    this.#deferred.add(operation, FINISHED_BYTES);
  }

  /** Handles the ended spans that wait, so that what is read next includes them. Never throws. */
  settle(): void {
    this.#deferred.settle();
  }

  isDetailWanted(type: OperationType, traceId: string, traceState: string | undefined): boolean {
    return this.#wanted.isOrdinaryWanted(type, traceId, traceState);
  }

  slowThresholdNanos(type: OperationType): number {
    return this.#live().settings.slowThresholdNanos[type];
  }

  recordWithoutSpan(operation: EndedOperation): void {
    this.#aggregate(operation);
    this.#tally.dropAtOnce(operation.type);
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
    for (const trace of this.#buffer.all()) this.#judge.decide(trace);
    await this.#handOver.shutdown();
  }

  /** Operations that wait for their verdict count as live. */
  counts(): OperationCounts {
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
    return this.#buffer.seen(traceId);
  }

  sampling(): SamplingFacts {
    this.settle();
    return samplingFacts(this.#live().settings, this.#tally.rules(), this.storm());
  }

  /** Decides traces that waited too long; a timer calls it every second, and so may who owns the clock. Never throws. */
  decideOverdue(): void {
    try {
      this.#tickNanos = this.#clock.monotonicNanos();
      this.settle();
      for (const trace of this.#buffer.overdue(this.#tickNanos)) this.#judge.decide(trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.sweep', error);
    }
  }

  #handle(ended: ReadableSpan | FinishedOperation, bytes: number): void {
    if (bytes === STARTED) return this.#start(ended as ReadableSpan);
    this.#ended++;
    if (isFinishedOperation(ended)) this.#endFinished(ended);
    else this.#endSpan(ended, bytes);
  }

  #countCost(spans: number, nanos: number): void {
    this.#cost.handled(nanos, spans, this.#ended);
    this.#ended = 0;
  }

  #start(span: ReadableSpan): void {
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
      trace.beginRoot(span, spanId, isRemote);
      this.#makeRoom();
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onStart', error);
    }
  }

  #endSpan(span: ReadableSpan, bytes: number): void {
    try {
      const trace = this.#buffer.find(span.spanContext().traceId);
      if (trace !== undefined) this.#buffer.countEnd(trace);
      const ended = this.#reader.read(span, trace);
      ended.countedMillis = this.#aggregate(ended);
      this.#place(ended, bytes, trace);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onEnd', error);
      this.#tally.lose();
    }
  }

  #endFinished(operation: FinishedOperation): void {
    this.#tally.start();
    try {
      const trace = this.#buffer.find(operation.traceId);
      operation.countedMillis = this.#aggregate(operation);
      if (this.#wanted.isWanted(operation, trace)) {
        this.#place(operation, finishedBytesOf(operation), trace);
        return;
      }
      if (trace !== undefined) trace.facts.droppedSpans++;
      this.#tally.drop(operation.type);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.recordFinished', error);
      this.#tally.lose();
    }
  }

  #aggregate(operation: EndedOperation): number {
    try {
      return this.#aggregates.record(operation);
    } catch (error) {
      this.#guard.report('aggregates', error);
      return NaN;
    }
  }

  /** Among the spans that wait for the verdict of their trace, or under the verdict that has fallen. */
  #place(ended: EndedSpan, bytes: number, trace: BufferedTrace | undefined): void {
    if (trace === undefined || trace.isDecided) return this.#judge.decideLate(ended, trace);
    if (ended.spanId === trace.rootSpanId) {
      trace.rootType = ended.type;
      trace.rootEndedNanos = this.#tickNanos;
    }
    this.#buffer.hold(trace, ended, bytes);
    if (trace.live === 0 || trace.pending.length >= this.#buffer.limits.maxSpansPerTrace)
      this.#judge.decide(trace);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (let over = this.#buffer.overflowing(); over !== undefined; over = this.#buffer.overflowing())
      this.#judge.decide(over);
  }
}
