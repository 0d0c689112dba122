import type { TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OperationType } from '../query.ts';
import { type Bits56, isAtLeast, KEEP_ALL, REJECT_ALL } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import type { TraceFacts } from './kept-span.ts';
import { randomnessOf } from './ot-trace-state.ts';
import { OwedAncestors, type OwedBudget } from './owed-ancestors.ts';
import type { Thresholds } from './policies.ts';

/** What exporters may know of a trace, as read-only TraceFacts: it changes until the last span is through, and outlives the trace's record. */
export class HeldFacts implements TraceFacts {
  // Declared, not defined, here and wherever one is made for every trace or span: a defined field is written twice.
  declare readonly traceId: string;
  declare droppedSpans: number;
  declare truncated: boolean;
  declare remoteParent: boolean;
  declare isContinued: boolean;
  declare private readonly traceState: TraceState | undefined;
  declare private known: Bits56 | undefined;

  constructor(traceId: string, traceState: TraceState | undefined) {
    this.traceId = traceId;
    this.droppedSpans = 0;
    this.truncated = false;
    this.remoteParent = false;
    this.isContinued = false;
    this.traceState = traceState;
    this.known = undefined;
  }

  get randomness(): Bits56 {
    return (this.known ??= randomnessOf(this.traceId, this.traceState));
  }

  /** R >= T; at a rate of 1 or 0 nobody has to know R. */
  isKeptBy(threshold: Bits56): boolean {
    return threshold === KEEP_ALL || (threshold !== REJECT_ALL && isAtLeast(this.randomness, threshold));
  }
}

/** What a trace's verdict is made of, and what later spans inherit. */
export interface Verdict {
  readonly facts: HeldFacts;
  readonly owedAncestors: OwedAncestors;
  readonly owedExportAncestors: OwedAncestors;
  readonly wholeExport: boolean;
  keptAny: boolean;
}

const NOTHING: EndedSpan[] = [];
const NO_FACTS = new HeldFacts('', undefined);

/**
 * One trace in this process. It waits from the start of its local root until its verdict, and is remembered after it without any
 * span, so that later ones get the same verdict (G19).
 */
export class BufferedTrace implements Verdict {
  traceId = '';
  readonly owedAncestors: OwedAncestors;
  readonly owedExportAncestors: OwedAncestors;
  facts = NO_FACTS;
  /** Monotonic. */
  startedNanos = 0;
  /** The local root while the trace waits: its route names the callers of statements. */
  root: ReadableSpan | undefined;
  rootSpanId: string | undefined;
  rootType: OperationType | undefined;
  rootEndedNanos: number | undefined;
  /** The http series of the root once its route is known. */
  caller: string | undefined;
  live = 0;
  /** Ended spans, oldest first; empty once decided. */
  pending: EndedSpan[] = NOTHING;
  pendingBytes = 0;
  /** Between verdict and a further local root. */
  isDecided = false;
  /** Whether it ever had a verdict: a further local root does not change what was decided for the trace as a whole. */
  wasDecided = false;
  /** What its last verdict fell by; late spans follow it, not what was set since. */
  decidedBy: Thresholds | undefined;
  wholeExport = false;
  keptAny = false;
  /** Neighbours in the list that the trace is in. */
  older: BufferedTrace | undefined;
  newer: BufferedTrace | undefined;
  /** Its place in the table. */
  nextInBucket: BufferedTrace | undefined;
  bucket = 0;
  hashEven = 0;
  hashOdd = 0;

  constructor(budget: OwedBudget) {
    this.owedAncestors = new OwedAncestors(budget);
    this.owedExportAncestors = new OwedAncestors(budget);
  }

  /** Becomes another trace: one that was forgotten is used again, so that a dropped trace leaves nothing to collect. */
  begin(traceId: string, traceState: TraceState | undefined): void {
    this.traceId = traceId;
    this.decidedBy = undefined;
    this.rootSpanId = this.rootType = this.rootEndedNanos = this.caller = undefined;
    this.live = 0;
    this.isDecided = this.wasDecided = this.wholeExport = false;
    this.keptAny = false;
    // Exporters may hold the old ones.
    this.facts = new HeldFacts(traceId, traceState);
  }

  /** Whether a kept child waits for any span of it. */
  get owes(): boolean {
    return this.owedAncestors.size > 0 || this.owedExportAncestors.size > 0;
  }

  beginRoot(root: ReadableSpan, spanId: string, isRemote: boolean): void {
    if (this.root !== undefined) return;
    this.root = root;
    this.rootSpanId = spanId;
    this.rootEndedNanos = undefined;
    if (isRemote) this.facts.remoteParent = true;
  }

  hold(span: EndedSpan, bytes: number): void {
    if (this.pending === NOTHING) this.pending = [span];
    else this.pending.push(span);
    this.pendingBytes += bytes;
  }

  /** Hands out what waits and lets go of every span. */
  settle(): readonly EndedSpan[] {
    const { pending } = this;
    this.pending = NOTHING;
    this.pendingBytes = 0;
    this.root = undefined;
    this.isDecided = this.wasDecided = true;
    return pending;
  }

  /** Gives back its part of what all traces may owe. */
  forget(): void {
    this.owedAncestors.clear();
    this.owedExportAncestors.clear();
  }
}
