import { type SpanContext, TraceFlags, type TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndedSpan } from '../spans/operation.ts';
import type { TraceFacts } from '../spans/kept-span.ts';
import { type Bits56, isAtLeast, KEEP_ALL, REJECT_ALL } from './consistent-threshold.ts';
import { randomnessOf, readOtTraceState } from './ot-trace-state.ts';
import { OwedAncestors, type OwedBudget } from './ancestors.ts';
import type { Outcome, PolicySet, TraceView } from './policy.ts';

const NOTHING: EndedSpan[] = [];

/**
 * One local trace: buffered from its local root's start to its verdict, then remembered without its spans, so
 * that late ones get the same (G19). Exporters see TraceFacts, which change until the last span ends.
 */
export class PendingTrace implements TraceView, TraceFacts {
  // Declared, not defined: a defined field is written twice, and every trace creates one.
  declare readonly traceId: string;
  declare droppedSpans: number;
  declare truncated: boolean;
  declare remoteParent: boolean;
  declare isContinued: boolean;
  declare private readonly owed: OwedBudget;
  declare private owedOnce: OwedAncestors | undefined;
  declare private owedExportOnce: OwedAncestors | undefined;
  declare private readonly traceState: TraceState | undefined;
  declare private randomnessOnce: Bits56 | undefined;
  /** Monotonic. */
  declare startedNanos: number;
  declare rootEndedNanos: number | undefined;
  /** The first local root, until the verdict. */
  declare root: ReadableSpan | undefined;
  declare rootOperation: EndedSpan | undefined;
  /** The root's http series, once its route is known. */
  declare caller: string | undefined;
  /** The upstream service did not sample the trace. */
  declare readonly isUnsampled: boolean;
  declare live: number;
  /** Ended spans, oldest first; empty once decided. */
  declare operations: EndedSpan[];
  declare pendingBytes: number;
  /** Undefined until the first verdict; a further local root does not change it for the whole trace. */
  declare decidedBy: PolicySet | undefined;
  /** False again while a further local root is running. */
  declare isDecided: boolean;
  /** Verdict on its ordinary spans in export; undefined before the first one, and if nothing is exported. */
  declare exports: Outcome | undefined;
  /** Something in it failed or was slow, and the rest is kept with it. */
  declare isKeptWhole: boolean;
  declare keptAny: boolean;
  declare older: PendingTrace | undefined;
  declare newer: PendingTrace | undefined;

  /** @param first Context of the trace's first span in this process. */
  constructor({ traceId, traceState, traceFlags }: SpanContext, owed: OwedBudget) {
    this.traceId = traceId;
    this.droppedSpans = 0;
    this.truncated = false;
    this.remoteParent = false;
    this.isContinued = false;
    this.owed = owed;
    this.owedOnce = undefined;
    this.owedExportOnce = undefined;
    this.traceState = traceState;
    this.randomnessOnce = undefined;
    this.startedNanos = 0;
    this.rootEndedNanos = undefined;
    this.root = undefined;
    this.rootOperation = undefined;
    this.caller = undefined;
    this.isUnsampled = (traceFlags & TraceFlags.SAMPLED) === 0;
    this.live = 0;
    this.operations = NOTHING;
    this.pendingBytes = 0;
    this.decidedBy = undefined;
    this.isDecided = false;
    this.exports = undefined;
    this.isKeptWhole = false;
    this.keptAny = false;
    this.older = undefined;
    this.newer = undefined;
  }

  /** Records the start of a local root: a span without a parent, or with a remote one. */
  beginRoot(root: ReadableSpan): void {
    if (this.root !== undefined) return;
    this.root = root;
    if (root.parentSpanContext?.isRemote === true) this.remoteParent = true;
  }

  get randomness(): Bits56 {
    return (this.randomnessOnce ??= randomnessOf(this.traceId, this.traceState));
  }

  /** Upstream threshold: KEEP_ALL if the trace began here, undefined if unknown or contradicting R. */
  get upstreamThreshold(): Bits56 | undefined {
    const { threshold } = readOtTraceState(this.traceState);
    if (threshold === undefined) return this.remoteParent ? undefined : KEEP_ALL;
    return isAtLeast(this.randomness, threshold) ? threshold : undefined;
  }

  /** R >= T. Rates of 1 and 0 do not need R. */
  isKeptBy(threshold: Bits56): boolean {
    return threshold === KEEP_ALL || (threshold !== REJECT_ALL && isAtLeast(this.randomness, threshold));
  }

  get owes(): boolean {
    return (this.owedOnce?.size ?? 0) > 0 || (this.owedExportOnce?.size ?? 0) > 0;
  }
  /** Ids of running spans that must be kept when they end. */
  get owedAncestors(): OwedAncestors {
    return (this.owedOnce ??= new OwedAncestors(this.owed));
  }
  /** The same for export. */
  get owedExportAncestors(): OwedAncestors {
    return (this.owedExportOnce ??= new OwedAncestors(this.owed));
  }

  hold(operation: EndedSpan, bytes: number): void {
    if (this.operations === NOTHING) this.operations = [operation];
    else this.operations.push(operation);
    this.pendingBytes += bytes;
  }

  /** Returns the buffered operations and drops its references to them. */
  settle(): readonly EndedSpan[] {
    const { operations } = this;
    this.operations = NOTHING;
    this.pendingBytes = 0;
    this.isDecided = true;
    this.root = undefined;
    this.rootOperation = undefined;
    this.rootEndedNanos = undefined;
    return operations;
  }

  forget(): void {
    this.owedOnce?.clear();
    this.owedExportOnce?.clear();
  }
}
