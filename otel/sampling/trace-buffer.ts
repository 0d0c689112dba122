import type { SpanContext } from '@opentelemetry/api';
import type { EndedSpan } from '../spans/operation.ts';
import type { OwedBudget } from './ancestors.ts';
import { PendingTrace } from './pending-trace.ts';
import type { PolicySet } from './policy.ts';
import { DEFAULT_BUFFER_LIMITS, type TraceBufferLimits } from './sampling-limits.ts';
import { DROPPED } from './verdict.ts';

/**
 * Every trace this process knows: pending ones, decided ones with running spans, and completed ones. Each
 * list is bounded, drops the oldest first, and takes O(1) per step.
 */
export class TraceBuffer {
  readonly limits: TraceBufferLimits;
  /** All but the newest: most traces end before another starts, and are never added. */
  readonly #traces = new Map<string, PendingTrace>();
  #newest: PendingTrace | undefined;
  readonly #waiting = new TraceList();
  /** Decided, with running spans: a stream's verdict must outlast the busy hour around it. */
  readonly #open = new TraceList();
  readonly #over = new TraceList();
  /** Traces without a kept span, and the policies that dropped them; at a low rate most traces. */
  readonly #dropped: DroppedTraces;
  readonly #owed: OwedBudget;
  /** Most look-ups are for the same trace as the one before. */
  #last: PendingTrace | undefined;
  #pendingSpans = 0;
  #pendingBytes = 0;

  constructor(limits: Partial<TraceBufferLimits> = {}) {
    this.limits = { ...DEFAULT_BUFFER_LIMITS, ...limits };
    const { maxOwedAncestors: max, maxOwedAncestorsPerTrace: maxPerTrace } = this.limits;
    this.#owed = { max, maxPerTrace, held: 0, forgotten: 0 };
    this.#dropped = new DroppedTraces(this.limits.maxDroppedTraces);
  }

  /** What it holds now, with its limits. */
  facts() {
    return {
      traces: this.#waiting.size,
      pendingSpans: this.#pendingSpans,
      pendingBytes: this.#pendingBytes,
      openVerdicts: this.#open.size,
      verdicts: this.#over.size,
      droppedTraces: this.#dropped.size,
      owedAncestors: this.#owed.held,
      forgottenAncestors: this.#owed.forgotten,
    };
  }

  find(traceId: string): PendingTrace | undefined {
    if (this.#newest?.traceId === traceId) return this.#newest;
    if (this.#last?.traceId === traceId) return this.#last;
    const trace = this.#traces.get(traceId);
    if (trace !== undefined) this.#last = trace;
    return trace;
  }

  /** A trace that is not buffered, for a span of a forgotten one; if recent, its policies are known. */
  unheld(spanContext: SpanContext): PendingTrace {
    const trace = new PendingTrace(spanContext, this.#owed);
    trace.truncated = true;
    trace.decidedBy = this.#dropped.get(spanContext.traceId);
    if (trace.decidedBy !== undefined) trace.exports = DROPPED;
    return trace;
  }

  /** The trace that a local root starts or joins; a decided one is pending again, and owes its ancestors. */
  open(root: SpanContext, nowNanos: number): PendingTrace {
    let trace = this.find(root.traceId);
    if (trace === undefined) {
      trace = new PendingTrace(root, this.#owed);
      if (this.#newest !== undefined) this.#traces.set(this.#newest.traceId, this.#newest);
      this.#newest = trace;
    } else {
      if (!trace.isDecided) return trace;
      this.#decidedListOf(trace).remove(trace);
      trace.isDecided = false;
    }
    trace.startedNanos = nowNanos;
    this.#waiting.push(trace);
    return trace;
  }

  countStart(trace: PendingTrace): void {
    if (trace.isDecided && trace.live === 0) {
      this.#over.remove(trace);
      trace.live++;
      this.#remember(trace);
    } else trace.live++;
  }

  /** A span that started before its trace was known here is not counted. */
  countEnd(trace: PendingTrace): void {
    if (trace.live === 0) return;
    if (trace.isDecided && trace.live === 1) {
      this.#open.remove(trace);
      trace.live--;
      this.#remember(trace);
    } else trace.live--;
  }

  hold(trace: PendingTrace, operation: EndedSpan, bytes: number): void {
    trace.hold(operation, bytes);
    this.#pendingSpans++;
    this.#pendingBytes += bytes;
  }

  /** Moves a trace from pending to decided; its operations now belong to the caller. */
  settle(trace: PendingTrace): void {
    this.#waiting.remove(trace);
    this.#pendingBytes -= trace.pendingBytes;
    this.#pendingSpans -= trace.settle().length;
    this.#remember(trace);
  }

  /** Remembers a completed trace by id alone if nothing of it was kept. */
  retire(trace: PendingTrace): void {
    if (!trace.isDecided || trace.live > 0 || trace.keptAny || trace.exports?.reason !== undefined) return;
    // Forgotten meanwhile, if an exporter created spans of its own.
    if (trace.owes || this.find(trace.traceId) !== trace) return;
    this.#over.remove(trace);
    this.#forgetId(trace);
    this.#dropped.add(trace.traceId, trace.decidedBy);
  }

  /** State of a trace that no store holds. */
  seen(traceId: string): 'running' | 'never-kept' | undefined {
    const trace = this.find(traceId);
    if (trace === undefined) return this.#dropped.get(traceId) !== undefined ? 'never-kept' : undefined;
    if (!trace.isDecided) return 'running';
    return trace.keptAny ? undefined : 'never-kept';
  }

  /** The oldest pending trace while a bound is exceeded. */
  overflowing(): PendingTrace | undefined {
    const { maxTraces, maxPendingSpans, maxPendingBytes } = this.limits;
    return this.#waiting.size > maxTraces ||
      this.#pendingSpans > maxPendingSpans ||
      this.#pendingBytes > maxPendingBytes
      ? this.#waiting.oldest
      : undefined;
  }

  /** Overdue pending traces, oldest first: too old, or only stragglers are missing. */
  overdue(nowNanos: number): readonly PendingTrace[] {
    const { maxAgeMillis, maxLingerMillis } = this.limits;
    const overdue: PendingTrace[] = [];
    for (let trace = this.#waiting.oldest; trace !== undefined; trace = trace.newer) {
      const tooOld = nowNanos - trace.startedNanos >= maxAgeMillis * 1e6;
      const lingered =
        trace.rootEndedNanos !== undefined && nowNanos - trace.rootEndedNanos >= maxLingerMillis * 1e6;
      if (tooOld || lingered) overdue.push(trace);
    }
    return overdue;
  }

  #remember(trace: PendingTrace): void {
    const { maxVerdicts, maxOpenVerdicts } = this.limits;
    const list = this.#decidedListOf(trace);
    list.push(trace);
    if (list.size <= (list === this.#over ? maxVerdicts : maxOpenVerdicts)) return;
    const oldest = list.oldest!;
    list.remove(oldest);
    this.#forgetId(oldest);
    oldest.forget();
  }

  #forgetId(trace: PendingTrace): void {
    if (this.#newest === trace) this.#newest = undefined;
    else this.#traces.delete(trace.traceId);
    if (this.#last === trace) this.#last = undefined;
  }

  #decidedListOf(trace: PendingTrace): TraceList {
    return trace.live > 0 ? this.#open : this.#over;
  }
}

/** A linked list of traces in order of arrival: a trace is in one list at a time, and leaves it in O(1). */
class TraceList {
  #oldest: PendingTrace | undefined;
  #newest: PendingTrace | undefined;
  #size = 0;

  get oldest(): PendingTrace | undefined {
    return this.#oldest;
  }
  get size(): number {
    return this.#size;
  }

  push(trace: PendingTrace): void {
    trace.older = this.#newest;
    trace.newer = undefined;
    if (this.#newest === undefined) this.#oldest = trace;
    else this.#newest.newer = trace;
    this.#newest = trace;
    this.#size++;
  }

  remove(trace: PendingTrace): void {
    if (trace.older === undefined) this.#oldest = trace.newer;
    else trace.older.newer = trace.newer;
    if (trace.newer === undefined) this.#newest = trace.older;
    else trace.newer.older = trace.older;
    trace.older = trace.newer = undefined;
    this.#size--;
  }
}

/** Ring of the latest traces without a kept span (at low rates, most), and the policies that dropped them. */
class DroppedTraces {
  readonly #max: number;
  readonly #ids: string[] = [];
  readonly #policies: PolicySet[] = [];
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Linear scan; only for rare callers. */
  get(traceId: string): PolicySet | undefined {
    const at = this.#ids.indexOf(traceId);
    return at < 0 ? undefined : this.#policies[at];
  }

  add(traceId: string, decidedBy: PolicySet | undefined): void {
    if (decidedBy === undefined || this.#max === 0) return;
    this.#ids[this.#next] = traceId;
    this.#policies[this.#next] = decidedBy;
    this.#next = (this.#next + 1) % this.#max;
  }
}
