import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { EndedSpan } from '../spans/operation.ts';
import { sizeOf } from '../spans/size.ts';
import { DeferredEnds } from './deferred-ends.ts';
import type { OperationTally } from './operation-tally.ts';
import { type OperationAggregates, Outcomes, type Sink } from './outcomes.ts';
import type { PendingTrace } from './pending-trace.ts';
import { type Budget, guardedBudget, type Outcome, type PolicySet, type TraceView } from './policy.ts';
import type { TraceBufferLimits } from './sampling-limits.ts';
import { TraceBuffer } from './trace-buffer.ts';
import { decide, exportVerdict, keepAll, UNDECIDED, type Verdict } from './verdict.ts';

/** Marks a started span in place of its bytes. */
const STARTED = -1;
/** Minus its bytes: marks a span that ended with nothing after its start, as statements do. */
const AT_ONCE = -2;
const SWEEP_INTERVAL_MILLIS = 1000;
/** Maximum time an ended span is deferred. */
const DEFERRED_SWEEP_INTERVAL_MILLIS = 250;

export interface SamplingSpanProcessorOptions {
  /** Reads an ended span as an operation; see `operationReader`. Must not throw. */
  readonly read: (span: ReadableSpan, trace: PendingTrace | undefined) => EndedSpan;
  readonly aggregates: OperationAggregates;
  /** The policies of a trace by its local root or stand-in; called at every verdict. Must not throw. */
  readonly policies: (trace?: TraceView, root?: EndedSpan) => PolicySet;
  readonly budget: Budget;
  readonly sinks: readonly Sink[];
  readonly guard: Guard;
  readonly clock?: Clock;
  readonly limits?: Partial<TraceBufferLimits>;
  /** Spans deferred to be handled together, off the path of requests, or by `settle`. Default 0: none. */
  readonly deferredSpans?: number;
  /** Called after each batch: started and ended spans, the number ended, and the duration. */
  readonly onHandled?: (spans: number, operations: number, nanos: number) => void;
}

/**
 * The one custom span processor: read, aggregate, buffer, decide, pass to the sinks. Every span is counted
 * before any decision, so counts are exact at every rate; its verdict is that of its complete local trace.
 */
export class SamplingSpanProcessor implements SpanProcessor {
  readonly #options: SamplingSpanProcessorOptions;
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #buffer: TraceBuffer;
  readonly #budget: Budget;
  readonly #outcomes: Outcomes;
  readonly #deferred: DeferredEnds<ReadableSpan>;
  #sweep: NodeJS.Timeout | undefined;
  /** True while a sweep is scheduled; an idle process has no timer. */
  #isAwake = false;
  /** Monotonic time of the last sweep or wake-up: exact enough for ages, and cheaper than reading a clock. */
  #tickNanos = 0;
  #batchOperations = 0;

  constructor(options: SamplingSpanProcessorOptions) {
    const { guard, limits, clock = systemClock, deferredSpans = 0 } = options;
    this.#options = options;
    this.#guard = guard;
    this.#clock = clock;
    this.#outcomes = new Outcomes(options.aggregates, options.sinks, guard);
    this.#budget = guardedBudget(options.budget, guard);
    this.#buffer = new TraceBuffer(limits);
    this.#deferred = new DeferredEnds(
      deferredSpans,
      this.#buffer.limits.maxDeferredBytes,
      (span, bytes) => this.#handle(span, bytes),
      (spans, nanos) => {
        options.onHandled?.(spans, this.#batchOperations, nanos);
        this.#batchOperations = 0;
      },
    );
    const millis = deferredSpans === 0 ? SWEEP_INTERVAL_MILLIS : DEFERRED_SWEEP_INTERVAL_MILLIS;
    this.#sweep = context.with(ROOT_CONTEXT, () => setTimeout(() => this.#sweepOnce(), millis).unref());
  }

  onStart(span: Span, _parentContext: Context): void {
    if (!this.#isAwake) this.#wake();
    this.#deferred.add(span, STARTED);
  }

  onEnd(span: ReadableSpan): void {
    if (!this.#isAwake) this.#wake();
    const bytes = sizeOf(span);
    if (!this.#deferred.reweigh(span, AT_ONCE - bytes, bytes)) this.#deferred.add(span, bytes);
  }

  /** Handles deferred spans, so that what is read next includes them. Never throws. */
  settle(): void {
    this.#deferred.settle();
  }

  /** Exports what is decided; decides nothing early. */
  async forceFlush(): Promise<void> {
    this.settle();
    await this.#outcomes.forceFlush();
  }

  /** Decides what is pending, passes it on and shuts the sinks down. Idempotent. */
  async shutdown(): Promise<void> {
    if (this.#sweep === undefined) return;
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    this.settle();
    for (const trace of this.#buffer.overdue(Infinity)) this.#decide(trace);
    await this.#outcomes.shutdown();
  }

  /** Counts of operations; those pending a verdict count as live. */
  tally(): Pick<OperationTally, 'counts' | 'starts' | 'rules' | 'named'> {
    this.settle();
    return this.#outcomes.tally;
  }

  /** What is held now, each below its limit. */
  held(): ReturnType<TraceBuffer['facts']> {
    this.settle();
    return this.#buffer.facts();
  }

  /** State of a trace that no store holds. */
  seen(traceId: string): 'running' | 'never-kept' | undefined {
    this.settle();
    return this.#buffer.seen(traceId);
  }

  /** Decides overdue traces; called by a timer, or by the owner of the clock. Never throws. */
  decideOverdue(): void {
    this.#tick();
    const sweep = (): void => {
      this.settle();
      for (const trace of this.#buffer.overdue(this.#tickNanos)) this.#decide(trace);
    };
    this.#guard.run('SamplingSpanProcessor.sweep', sweep, undefined);
  }

  #sweepOnce(): void {
    this.#isAwake = false;
    this.decideOverdue();
    if (this.#deferred.size > 0 || this.#buffer.facts().traces > 0) this.#wake();
  }

  #wake(): void {
    this.#isAwake = true;
    this.#tick();
    // A timer that has fired retains the context in which it is refreshed; it may be a request's.
    context.with(ROOT_CONTEXT, () => this.#sweep?.refresh());
  }

  #tick(): void {
    this.#tickNanos = this.#guard.run('clock', () => this.#clock.monotonicNanos(), this.#tickNanos);
  }

  #handle(span: ReadableSpan, bytes: number): void {
    if (bytes === STARTED) return this.#start(span);
    if (bytes > AT_ONCE) return this.#end(span, bytes, true);
    const isRoot = isLocalRoot(span);
    if (isRoot) this.#start(span);
    else this.#outcomes.tally.start(span.parentSpanContext);
    this.#end(span, AT_ONCE - bytes, isRoot);
  }

  #start(span: ReadableSpan): void {
    this.#outcomes.tally.start(span.parentSpanContext);
    try {
      if (!isLocalRoot(span)) {
        // A child of a decided trace inherits the verdict when it ends; only a local root opens a trace.
        const known = this.#buffer.find(traceIdOf(span));
        if (known !== undefined) this.#buffer.countStart(known);
        return;
      }
      const trace = this.#buffer.open(span.spanContext(), this.#tickNanos);
      this.#buffer.countStart(trace);
      trace.beginRoot(span);
      this.#makeRoom();
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onStart', error);
    }
  }

  /** @param wasLive Its trace has counted it since its start. */
  #end(span: ReadableSpan, bytes: number, wasLive: boolean): void {
    this.#batchOperations++;
    try {
      const trace = this.#buffer.find(traceIdOf(span));
      if (trace !== undefined && wasLive) this.#buffer.countEnd(trace);
      const operation = this.#options.read(span, trace);
      operation.countedMillis = this.#aggregate(operation);
      if (trace === undefined || trace.isDecided) this.#decideLate(operation, trace);
      else this.#hold(trace, operation, bytes);
    } catch (error) {
      this.#guard.report('SamplingSpanProcessor.onEnd', error);
      this.#outcomes.tally.lose();
    }
  }

  #aggregate(operation: EndedSpan): number {
    try {
      return this.#options.aggregates.record(operation);
    } catch (error) {
      this.#guard.report('aggregates', error);
      return NaN;
    }
  }

  #hold(trace: PendingTrace, operation: EndedSpan, bytes: number): void {
    if (operation.span === trace.root) {
      trace.rootOperation = operation;
      trace.rootEndedNanos = this.#tickNanos;
    }
    this.#buffer.hold(trace, operation, bytes);
    if (trace.live === 0 || trace.operations.length >= this.#buffer.limits.maxSpansPerTrace)
      this.#decide(trace);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (let over = this.#buffer.overflowing(); over !== undefined; over = this.#buffer.overflowing())
      this.#decide(over);
  }

  /** Decides a trace that is complete or has waited long enough. */
  #decide(trace: PendingTrace): void {
    // Already decided, if an exporter ended spans of its own meanwhile.
    if (trace.isDecided) return;
    const { operations } = trace;
    const root = this.#rootOf(trace);
    const policies = this.#options.policies(trace, root);
    if (trace.live > 0) trace.truncated = true;
    if (this.#outcomes.exports && trace.exports === undefined)
      trace.exports = this.#exportVerdict(trace, policies, root);
    trace.decidedBy = policies;
    const verdict = this.#verdict(trace, policies, operations, false);
    this.#buffer.settle(trace);
    this.#outcomes.give(trace, operations, verdict);
    this.#buffer.retire(trace);
  }

  /**
   * A span that ends after its trace's verdict inherits it, whatever changed since. A forgotten trace's span
   * is judged by its randomness, and by the policies that dropped the trace if those are still known.
   */
  #decideLate(operation: EndedSpan, known: PendingTrace | undefined): void {
    const trace = known ?? this.#buffer.unheld(operation.span.spanContext());
    trace.decidedBy ??= this.#options.policies(trace, operation);
    if (this.#outcomes.exports) trace.exports ??= this.#exportVerdict(trace, trace.decidedBy, operation);
    const operations = [operation];
    const verdict = this.#verdict(trace, this.#options.policies(), operations, true);
    // The parent of a span kept now may be among the dropped ones; it is not recovered (DECISIONS).
    if (verdict.local[0]?.reason === 'late' && trace.droppedSpans > 0) trace.truncated = true;
    this.#outcomes.give(trace, operations, verdict);
    if (known === undefined) trace.forget();
  }

  /** Operation of the local root, which may still run, or of its stand-in. */
  #rootOf({ root, rootOperation, operations }: PendingTrace): EndedSpan | undefined {
    return rootOperation ?? (root === undefined ? operations[0] : this.#options.read(root, undefined));
  }

  #exportVerdict(trace: PendingTrace, policies: PolicySet, root: EndedSpan | undefined): Outcome | undefined {
    return root && this.#guard.run('policies', () => exportVerdict(trace, policies, root), UNDECIDED);
  }

  #verdict(
    trace: PendingTrace,
    policies: PolicySet,
    operations: readonly EndedSpan[],
    isLate: boolean,
  ): Verdict {
    try {
      return decide(trace, policies, operations, this.#budget, isLate);
    } catch (error) {
      this.#guard.report('policies', error);
      return keepAll(trace, operations);
    }
  }
}

/** The kit's own spans know it without creating a context. */
function traceIdOf(span: ReadableSpan & { readonly traceId?: string }): string {
  return span.traceId ?? span.spanContext().traceId;
}

function isLocalRoot(span: ReadableSpan): boolean {
  try {
    const parent = span.parentSpanContext;
    return parent === undefined || parent.isRemote === true;
  } catch {
    return false;
  }
}
