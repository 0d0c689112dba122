import type { TraceState } from '@opentelemetry/api';
import { BufferedTrace } from './buffered-trace.ts';
import { DroppedTraces } from './dropped-traces.ts';
import type { EndedSpan } from './ended-span.ts';
import type { OwedBudget } from './owed-ancestors.ts';
import type { Thresholds } from './policies.ts';
import { DEFAULT_SAMPLING_LIMITS, type TraceBufferLimits } from './sampling-limits.ts';
import { TraceIdHash } from './trace-id-hash.ts';
import { TraceList } from './trace-list.ts';
import { TraceTable } from './trace-table.ts';

const MAX_FREE = 64;

/** What the buffer holds now, beside its limits. */
export interface TraceBufferFacts {
  readonly traces: number;
  readonly pendingSpans: number;
  readonly pendingBytes: number;
  readonly openVerdicts: number;
  readonly verdicts: number;
  readonly droppedTraces: number;
  readonly owedAncestors: number;
  readonly forgottenAncestors: number;
}

/**
 * Every trace this process knows: those that wait for their verdict, those decided whose spans still run, and those that are over.
 * Three bounded lists over one table, oldest first, every step O(1).
 */
export class TraceBuffer {
  readonly limits: TraceBufferLimits;
  readonly #traces: TraceTable;
  readonly #waiting = new TraceList();
  /** Decided, with live spans: a stream's verdict must outlast the busy hour around it. */
  readonly #open = new TraceList();
  readonly #over = new TraceList();
  readonly #dropped: DroppedTraces;
  /** Records to be used again, the last one first: it is still in the processor's cache. */
  readonly #free: BufferedTrace[] = [];
  readonly #owed: OwedBudget;
  #pendingSpans = 0;
  #pendingBytes = 0;

  constructor(limits: Partial<TraceBufferLimits> = {}) {
    this.limits = { ...DEFAULT_SAMPLING_LIMITS, ...limits };
    const { maxOwedAncestors: max, maxOwedAncestorsPerTrace: maxPerTrace } = this.limits;
    this.#owed = { max, maxPerTrace, held: 0, forgotten: 0 };
    const hash = new TraceIdHash();
    this.#dropped = new DroppedTraces(this.limits.maxDroppedTraces, hash);
    this.#traces = new TraceTable(this.limits.maxTraces + this.limits.maxVerdicts, hash);
  }

  facts(): TraceBufferFacts {
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

  find(traceId: string): BufferedTrace | undefined {
    return this.#traces.find(traceId);
  }

  /** A trace held nowhere: for a span of one that was forgotten. */
  unheld(traceId: string, traceState: TraceState | undefined): BufferedTrace {
    const trace = new BufferedTrace(this.#owed);
    trace.begin(traceId, traceState);
    return trace;
  }

  /** The trace that a local root begins, or joins; a decided one waits again and keeps what it owes. */
  open(traceId: string, traceState: TraceState | undefined, nowNanos: number): BufferedTrace {
    let trace = this.#traces.find(traceId);
    if (trace === undefined) {
      trace = this.#free.pop() ?? this.#takeForgotten() ?? new BufferedTrace(this.#owed);
      trace.begin(traceId, traceState);
      this.#traces.add(trace);
    } else {
      if (!trace.isDecided) return trace;
      this.#decidedListOf(trace).remove(trace);
      trace.isDecided = false;
    }
    trace.startedNanos = nowNanos;
    this.#waiting.push(trace);
    return trace;
  }

  countStart(trace: BufferedTrace): void {
    if (trace.isDecided && trace.live === 0) {
      this.#over.remove(trace);
      trace.live++;
      this.#remember(trace);
    } else trace.live++;
  }

  /** A span that started before its trace was known here is not counted. */
  countEnd(trace: BufferedTrace): void {
    if (trace.live === 0) return;
    if (trace.isDecided && trace.live === 1) {
      this.#open.remove(trace);
      trace.live--;
      this.#remember(trace);
    } else trace.live--;
  }

  hold(trace: BufferedTrace, span: EndedSpan, bytes: number): void {
    trace.hold(span, bytes);
    this.#pendingSpans++;
    this.#pendingBytes += bytes;
  }

  /** Moves a trace from the waiting to the decided and hands out its spans. */
  settle(trace: BufferedTrace): readonly EndedSpan[] {
    this.#waiting.remove(trace);
    this.#pendingBytes -= trace.pendingBytes;
    const pending = trace.settle();
    this.#pendingSpans -= pending.length;
    this.#remember(trace);
    return pending;
  }

  /** Of a trace that is over and of which nothing was kept, only the id is remembered. */
  retire(trace: BufferedTrace): void {
    if (!trace.isDecided || trace.live > 0 || trace.keptAny || trace.wholeExport) return;
    if (trace.owes) return;
    // Forgotten and used again meanwhile, when an exporter made spans of its own.
    if (this.#traces.find(trace.traceId) !== trace) return;
    this.#over.remove(trace);
    this.#traces.delete(trace);
    this.#dropped.add(trace);
    if (this.#free.length < MAX_FREE) this.#free.push(trace);
  }

  /** What a trace that was dropped whole was dropped by. */
  droppedBy(traceId: string): Thresholds | undefined {
    return this.#dropped.droppedBy(traceId);
  }

  /** What is known of a trace that no store holds. */
  seen(traceId: string): 'running' | 'never-kept' | undefined {
    const trace = this.#traces.find(traceId);
    if (trace === undefined) return this.#dropped.has(traceId) ? 'never-kept' : undefined;
    if (!trace.isDecided) return 'running';
    return trace.keptAny ? undefined : 'never-kept';
  }

  /** The oldest waiting trace while a bound is exceeded. */
  overflowing(): BufferedTrace | undefined {
    const { maxTraces, maxPendingSpans, maxPendingBytes } = this.limits;
    return this.#waiting.size > maxTraces ||
      this.#pendingSpans > maxPendingSpans ||
      this.#pendingBytes > maxPendingBytes
      ? this.#waiting.oldest
      : undefined;
  }

  /** Traces that have waited long enough: too old, or only stragglers are missing. */
  overdue(nowNanos: number): readonly BufferedTrace[] {
    const { maxAgeMillis, maxLingerMillis } = this.limits;
    const overdue: BufferedTrace[] = [];
    for (let trace = this.#waiting.oldest; trace !== undefined; trace = trace.newer) {
      const tooOld = nowNanos - trace.startedNanos >= maxAgeMillis * 1e6;
      const lingered =
        trace.rootEndedNanos !== undefined && nowNanos - trace.rootEndedNanos >= maxLingerMillis * 1e6;
      if (tooOld || lingered) overdue.push(trace);
    }
    return overdue;
  }

  /** Waiting traces, oldest first. */
  all(): readonly BufferedTrace[] {
    return this.overdue(Infinity);
  }

  #remember(trace: BufferedTrace): void {
    if (trace.live === 0) {
      this.#over.push(trace);
      if (this.#over.size > this.limits.maxVerdicts) this.#forget(this.#over);
    } else {
      this.#open.push(trace);
      if (this.#open.size > this.limits.maxOpenVerdicts) this.#forget(this.#open);
    }
  }

  #forget(list: TraceList): BufferedTrace {
    const oldest = list.oldest!;
    list.remove(oldest);
    this.#traces.delete(oldest);
    oldest.forget();
    return oldest;
  }

  /** The oldest verdict makes place for the trace that begins, rather than for the one that ends next. */
  #takeForgotten(): BufferedTrace | undefined {
    return this.#over.size < this.limits.maxVerdicts ? undefined : this.#forget(this.#over);
  }

  #decidedListOf(trace: BufferedTrace): TraceList {
    return trace.live > 0 ? this.#open : this.#over;
  }
}
