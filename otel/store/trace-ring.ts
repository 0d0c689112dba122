import type { BufferFacts, EvictionReason } from '../query.ts';
import type { TraceFacts } from '../spans/kept-span.ts';
import { MAX_RECORD_BYTES } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import { Tombstones } from './tombstones.ts';
import type { Tombstone } from './tombstones.ts';
import { TraceChain } from './trace-chain.ts';
import { rankOf, type TraceRank, TraceRecord } from './trace-record.ts';

export interface TraceRingOptions {
  readonly maxTraces: number;
  readonly maxBytes: number;
  /** Of the service whose traces are added. */
  readonly version?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Default: a tenth of maxTraces, at least 1 and always fewer than maxTraces. */
  readonly maxPinned?: number;
  /** Default: twice maxTraces. */
  readonly maxTombstones?: number;
}

/** Maximum share of all bytes for one trace, and for all pinned traces together. */
const MAX_SHARE = 0.25;
/** Failed and slow traces are not displaced by ordinary ones while they hold at most this share of traces or bytes. */
export const MUST_KEEP_SHARE = 0.5;
/** A trace over its bound is cut to this share of it, so that a growing trace is not cut on every span. */
const CUT_TO_SHARE = 0.75;

/**
 * The kept traces, bounded by count and estimated bytes. The oldest ordinary trace is evicted first, then the oldest failed or slow one; pinned
 * traces stay. Every operation is O(1) in the number of traces. An evicted trace id is remembered as a tombstone for a while.
 */
export class TraceRing {
  readonly #maxTraces: number;
  readonly #maxBytes: number;
  readonly #maxTraceBytes: number;
  readonly #maxPinned: number;
  readonly #maxPinnedBytes: number;
  readonly #version: string | undefined;
  readonly #now: () => number;
  readonly #traces = new Map<string, TraceRecord>();
  readonly #tombstones: Tombstones;
  readonly #evicted: Record<EvictionReason, number> = { count: 0, bytes: 0, age: 0 };
  #mustKeepEvicted = 0;
  /** Unpinned traces by rank, in order of arrival, which is the order of eviction. */
  readonly #chains: Readonly<Record<TraceRank, TraceChain<TraceRecord>>> = {
    ordinary: new TraceChain<TraceRecord>(),
    mustKeep: new TraceChain<TraceRecord>(),
  };
  /** True once changes are tracked. */
  #isTracking = false;
  /** Traces changed since they were taken, by rank. */
  readonly #unsavedBy: Record<TraceRank, number> = { ordinary: 0, mustKeep: 0 };
  readonly #lost: Record<TraceRank, number> = { ordinary: 0, mustKeep: 0 };
  /** Traces evicted with changes that were not taken, since `bookLost`. */
  readonly lost: Readonly<Record<TraceRank, number>> = this.#lost;
  #bytes = 0;
  #pinned = 0;
  #pinnedBytes = 0;

  /** Throws RangeError if a bound is not a number of at least 1. */
  constructor(options: TraceRingOptions) {
    for (const bound of ['maxTraces', 'maxBytes'] as const)
      if (!(options[bound] >= 1)) throw new RangeError(`${bound} must be at least 1, not ${options[bound]}`);
    this.#maxTraces = options.maxTraces;
    this.#maxBytes = options.maxBytes;
    this.#maxTraceBytes = Math.max(
      options.maxBytes * MAX_SHARE,
      Math.min(options.maxBytes, MAX_RECORD_BYTES),
    );
    const wanted = options.maxPinned ?? Math.max(1, Math.floor(options.maxTraces / 10));
    this.#maxPinned = Math.min(wanted, options.maxTraces - 1);
    this.#maxPinnedBytes = options.maxBytes * MAX_SHARE;
    this.#version = options.version;
    this.#now = options.now;
    this.#tombstones = new Tombstones(options.maxTombstones ?? options.maxTraces * 2);
  }

  get size(): number {
    return this.#traces.size;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get pinned(): number {
    return this.#pinned;
  }

  /** Hands each of those numbers over once; one that cannot be booked stays. */
  bookLost(book: (rank: TraceRank, unsaved: number) => void): void {
    for (const rank of ['mustKeep', 'ordinary'] as const) {
      book(rank, this.#lost[rank]);
      this.#lost[rank] = 0;
    }
  }

  /** Traces with changes that were not taken yet. */
  get waiting(): number {
    return this.#unsavedBy.mustKeep + this.#unsavedBy.ordinary;
  }

  /** Most traces wait to be taken, and the next ones to be evicted soon would be among them. */
  get isPressed(): boolean {
    const isFilling = this.size * 2 > this.#maxTraces || this.#bytes * 2 > this.#maxBytes;
    return isFilling && this.waiting * 2 > this.size;
  }

  get waitingRank(): TraceRank {
    return this.#unsavedBy.mustKeep > 0 ? 'mustKeep' : 'ordinary';
  }

  /** Adds a trace's kept spans, or merges them into the existing trace; makes room by evicting the oldest. */
  add(traceId: string, spans: readonly SpanRecord[], facts: TraceFacts): TraceRecord {
    let trace = this.#traces.get(traceId);
    if (trace === undefined) {
      trace = new TraceRecord(traceId);
      trace.version = this.#version;
      // A look-up for every trace would cost more than the rest of keeping it.
      const mayContinue = facts.isContinued !== false || facts.truncated || facts.remoteParent;
      if (mayContinue && this.#tombstones.get(traceId) !== undefined) trace.truncated = true;
      this.#traces.set(traceId, trace);
      this.#bytes += trace.bytes;
    }
    const bytesBefore = trace.bytes;
    trace.append(spans, facts);
    const maxBytes = this.#maxBytesOf(trace, bytesBefore);
    if (trace.bytes > maxBytes) trace.cutTo(maxBytes * CUT_TO_SHARE);
    this.#bytes += trace.bytes - bytesBefore;
    if (trace.pinned) this.#pinnedBytes += trace.bytes - bytesBefore;
    else this.#rechain(trace, trace.bytes - bytesBefore);
    this.#mark(trace);
    this.#makeRoom(trace);
    return trace;
  }

  /** Restores a trace that was kept before a restart; call it oldest first. Ignores an id that is already present. */
  restore(trace: TraceRecord, pinned: boolean): void {
    if (this.#traces.has(trace.traceId)) return;
    trace.cutTo(this.#maxTraceBytes);
    trace.isWhole = true;
    this.#traces.set(trace.traceId, trace);
    this.#chains[rankOf(trace)].append(trace);
    this.#bytes += trace.bytes;
    if (pinned) this.pin(trace.traceId, true);
    this.#makeRoom();
  }

  /** Starts tracking changes for `takeChanged`; existing traces count as new. */
  trackChanges(): void {
    this.#isTracking = true;
    for (const trace of this.#traces.values()) this.#mark(trace);
  }

  markChanged(traceId: string): void {
    const trace = this.#traces.get(traceId);
    if (trace !== undefined) this.#mark(trace);
  }

  /** Traces changed since they were last taken, up to either limit but at least one if there is any; failed and slow ones first. */
  takeChanged(maxTraces: number, maxSpans: number): readonly TraceRecord[] {
    const taken: TraceRecord[] = [];
    let spans = 0;
    for (const rank of ['mustKeep', 'ordinary'] as const) {
      if (this.#unsavedBy[rank] === 0) continue;
      for (const trace of this.#traces.values()) {
        if (trace.unsaved !== rank) continue;
        spans += trace.spans.length;
        if (taken.length >= maxTraces || (taken.length > 0 && spans > maxSpans)) return taken;
        this.#setUnsaved(trace, undefined);
        taken.push(trace);
        if (this.#unsavedBy[rank] === 0) break;
      }
    }
    return taken;
  }

  get(traceId: string): TraceRecord | undefined {
    return this.#traces.get(traceId);
  }

  /** Oldest first. */
  values(): IterableIterator<TraceRecord> {
    return this.#traces.values();
  }

  /** Newest first; without pinned ones. */
  newest(rank: TraceRank): Iterable<TraceRecord> {
    return this.#chains[rank].newestFirst();
  }

  /** When and why a trace was evicted; undefined if it never was or that was forgotten. */
  tombstone(traceId: string): Tombstone | undefined {
    return this.#tombstones.get(traceId);
  }

  /** Returns false if the trace is not here, or pins already hold their share of traces or bytes. An unpinned trace counts as newest. */
  pin(traceId: string, pinned: boolean): boolean {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return false;
    if (trace.pinned === pinned) return true;
    if (pinned) {
      if (this.#pinned >= this.#maxPinned || this.#pinnedBytes + trace.bytes > this.#maxPinnedBytes)
        return false;
      this.#pinned++;
      this.#pinnedBytes += trace.bytes;
      trace.chain?.remove(trace);
    } else {
      this.#pinned--;
      this.#pinnedBytes -= trace.bytes;
      this.#traces.delete(traceId);
      this.#traces.set(traceId, trace);
      this.#chains[rankOf(trace)].append(trace);
    }
    trace.pinned = pinned;
    this.#mark(trace);
    if (!pinned) this.#makeRoom(trace);
    return true;
  }

  /** Records that the trace was also queued for OTLP export; returns false if it is not here. */
  markExported(traceId: string): boolean {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return false;
    trace.exported = true;
    this.#mark(trace);
    return true;
  }

  /** Evicts traces that ended before `cutoffMillis`, oldest first, up to the first younger one; returns the number evicted. */
  evictOlderThan(cutoffMillis: number): number {
    let evicted = 0;
    for (const chain of Object.values(this.#chains)) {
      for (let trace = chain.oldest; trace !== undefined; trace = chain.oldest) {
        if (trace.extent.toMillis >= cutoffMillis) break;
        this.#evict(trace, 'age');
        evicted++;
      }
    }
    return evicted;
  }

  facts(): BufferFacts {
    const { ordinary, mustKeep } = this.#chains;
    const evicted = Object.values(this.#evicted).reduce((sum, count) => sum + count, 0);
    return {
      traces: this.#traces.size,
      maxTraces: this.#maxTraces,
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      evicted: { ...this.#evicted },
      oldestMillis: this.#traces.values().next().value?.startMillis,
      ordinary: {
        evicted: evicted - this.#mustKeepEvicted,
        oldestMillis: ordinary.oldest?.startMillis,
      },
      mustKeep: { evicted: this.#mustKeepEvicted, oldestMillis: mustKeep.oldest?.startMillis },
    };
  }

  #maxBytesOf(trace: TraceRecord, bytesBefore: number): number {
    if (!trace.pinned) return this.#maxTraceBytes;
    return Math.min(this.#maxTraceBytes, this.#maxPinnedBytes - (this.#pinnedBytes - bytesBefore));
  }

  /** @param added Is not evicted, so that the newest trace can be opened. */
  #makeRoom(added?: TraceRecord): void {
    // The last unpinned trace always stays, so that the newest one can be opened.
    while (this.#traces.size - this.#pinned > 1) {
      const reason = this.#traces.size > this.#maxTraces ? 'count' : 'bytes';
      if (reason === 'bytes' && this.#bytes <= this.#maxBytes) return;
      const oldest = this.#nextToGo(added);
      if (oldest === undefined) return;
      this.#evict(oldest, reason);
    }
  }

  /** The oldest ordinary trace; the oldest failed or slow one only if those exceed their share, or if it alone is on disk. */
  #nextToGo(added: TraceRecord | undefined): TraceRecord | undefined {
    const { ordinary, mustKeep } = this.#chains;
    const isOverShare =
      mustKeep.size > this.#maxTraces * MUST_KEEP_SHARE || mustKeep.bytes > this.#maxBytes * MUST_KEEP_SHARE;
    const [first, second] = isOverShare ? [mustKeep, ordinary] : [ordinary, mustKeep];
    const [next, other] = [first.oldestBut(added), second.oldestBut(added)];
    const isOnlySaved = next?.unsaved !== undefined && other !== undefined && other.unsaved === undefined;
    return isOnlySaved ? other : (next ?? other);
  }

  /** Keeps its position unless its rank has risen. */
  #rechain(trace: TraceRecord, moreBytes: number): void {
    const chain = this.#chains[rankOf(trace)];
    if (trace.chain === undefined) return chain.append(trace);
    trace.chain.bytes += moreBytes;
    if (trace.chain === chain) return;
    trace.chain.remove(trace);
    chain.append(trace);
  }

  #mark(trace: TraceRecord): void {
    if (!this.#isTracking || trace.unsaved === 'mustKeep') return;
    this.#setUnsaved(trace, rankOf(trace));
  }

  #setUnsaved(trace: TraceRecord, rank: TraceRank | undefined): void {
    if (trace.unsaved === rank) return;
    if (trace.unsaved !== undefined) this.#unsavedBy[trace.unsaved]--;
    if (rank !== undefined) this.#unsavedBy[rank]++;
    trace.unsaved = rank;
  }

  #evict(trace: TraceRecord, reason: EvictionReason): void {
    this.#traces.delete(trace.traceId);
    trace.chain?.remove(trace);
    // Evicted before it was written: the writer is behind, and memory does not wait for it.
    if (trace.unsaved !== undefined) {
      this.#lost[trace.unsaved]++;
      this.#setUnsaved(trace, undefined);
    }
    this.#bytes -= trace.bytes;
    this.#evicted[reason]++;
    if (rankOf(trace) === 'mustKeep') this.#mustKeepEvicted++;
    this.#tombstones.add(trace, this.#now(), reason);
  }
}
