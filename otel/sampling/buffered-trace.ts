import type { TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OperationType } from '../query.ts';
import type { Bits56 } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import { randomnessOf } from './ot-trace-state.ts';
import type { OwedAncestors } from './owed-ancestors.ts';

/** Facts of a trace that change until its last span is through; seen as read-only TraceFacts by exporters. */
export interface MutableTraceFacts {
  droppedSpans: number;
  truncated: boolean;
  remoteParent: boolean;
}

/** What a trace's verdict is made of, and what later spans inherit. */
export interface Verdict {
  readonly randomness: Bits56;
  readonly facts: MutableTraceFacts;
  readonly owedAncestors: OwedAncestors;
  readonly owedExportAncestors: OwedAncestors;
  wholeExport: boolean;
  keptAny: boolean;
}

const NOTHING: EndedSpan[] = [];

/**
 * One trace in this process. It waits from the start of its local root until its verdict, and is remembered after it without any
 * span, so that later ones get the same verdict (G19).
 */
export class BufferedTrace implements Verdict {
  readonly traceId: string;
  readonly traceState: TraceState | undefined;
  readonly owedAncestors: OwedAncestors;
  readonly owedExportAncestors: OwedAncestors;
  readonly facts: MutableTraceFacts = { droppedSpans: 0, truncated: false, remoteParent: false };
  /** Monotonic. */
  startedNanos: number;
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
  wholeExport = false;
  keptAny = false;
  /** Neighbours in the list that the trace is in. */
  older: BufferedTrace | undefined;
  newer: BufferedTrace | undefined;
  #randomness: Bits56 | undefined;

  constructor(
    traceId: string,
    traceState: TraceState | undefined,
    startedNanos: number,
    owed: readonly [local: OwedAncestors, exported: OwedAncestors],
  ) {
    this.traceId = traceId;
    this.traceState = traceState;
    this.startedNanos = startedNanos;
    this.owedAncestors = owed[0];
    this.owedExportAncestors = owed[1];
  }

  get randomness(): Bits56 {
    return (this.#randomness ??= randomnessOf(this.traceId, this.traceState));
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
