import type { BufferedTrace, Verdict } from './buffered-trace.ts';

export interface TraceBufferLimits {
  /** Traces that wait for their verdict. */
  readonly maxTraces: number;
  /** Ended spans that wait in all traces together; about 1 KB each. */
  readonly maxPendingSpans: number;
  /** A trace with more ended spans is decided at once and then passes through. */
  readonly maxSpansPerTrace: number;
  /** A trace older than this is decided and then passes through. */
  readonly maxAgeMillis: number;
  /** How long a trace whose root has ended waits for children that still live. */
  readonly maxLingerMillis: number;
  /** Verdicts remembered for late spans; about 300 bytes each. */
  readonly maxVerdicts: number;
}

export const DEFAULT_TRACE_BUFFER_LIMITS: TraceBufferLimits = {
  maxTraces: 4096,
  maxPendingSpans: 8192,
  maxSpansPerTrace: 1000,
  maxAgeMillis: 60_000,
  maxLingerMillis: 2000,
  maxVerdicts: 4096,
};

/** Traces before their verdict and, for a while, the verdicts after it. Both bounded, oldest first. */
export class TraceBuffer {
  readonly limits: TraceBufferLimits;
  /** Insertion order is age. */
  readonly #active = new Map<string, BufferedTrace>();
  readonly #verdicts = new Map<string, Verdict>();
  /** Trace ids in order of decision; the slot to be overwritten next names the oldest verdict. */
  readonly #verdictRing: (string | undefined)[];
  #nextSlot = 0;
  #pendingSpans = 0;

  constructor(limits: Partial<TraceBufferLimits> = {}) {
    this.limits = { ...DEFAULT_TRACE_BUFFER_LIMITS, ...limits };
    this.#verdictRing = Array.from({ length: this.limits.maxVerdicts }, () => undefined);
  }

  get activeTraces(): number {
    return this.#active.size;
  }
  get pendingSpans(): number {
    return this.#pendingSpans;
  }

  active(traceId: string): BufferedTrace | undefined {
    return this.#active.get(traceId);
  }

  verdict(traceId: string): Verdict | undefined {
    return this.#verdicts.get(traceId);
  }

  add(trace: BufferedTrace): void {
    this.#active.set(trace.traceId, trace);
  }

  countPending(change: number): void {
    this.#pendingSpans += change;
  }

  /** Moves a trace from the waiting to the decided. */
  settle(trace: BufferedTrace, verdict: Verdict): void {
    this.#active.delete(trace.traceId);
    this.#pendingSpans -= trace.pending.length;
    const oldest = this.#verdictRing[this.#nextSlot];
    if (oldest !== undefined && oldest !== trace.traceId) this.#verdicts.delete(oldest);
    this.#verdictRing[this.#nextSlot] = trace.traceId;
    this.#nextSlot = (this.#nextSlot + 1) % this.#verdictRing.length;
    this.#verdicts.set(trace.traceId, verdict);
  }

  /** The oldest waiting trace while a bound is exceeded. */
  overflowing(): BufferedTrace | undefined {
    if (this.#active.size <= this.limits.maxTraces && this.#pendingSpans <= this.limits.maxPendingSpans)
      return undefined;
    return this.#active.values().next().value;
  }

  /** Traces that have waited long enough at `nowMillis`: too old, or only stragglers are missing. */
  *overdue(nowMillis: number): Iterable<BufferedTrace> {
    for (const trace of this.#active.values()) {
      const tooOld = nowMillis - trace.startedMillis >= this.limits.maxAgeMillis;
      const lingered =
        trace.rootEndedMillis !== undefined &&
        nowMillis - trace.rootEndedMillis >= this.limits.maxLingerMillis;
      if (tooOld || lingered) yield trace;
    }
  }

  *all(): Iterable<BufferedTrace> {
    yield* this.#active.values();
  }
}
