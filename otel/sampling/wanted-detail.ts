import { createTraceState, type TraceState } from '@opentelemetry/api';
import type { OperationType } from '../query.ts';
import type { BufferedTrace } from './buffered-trace.ts';
import { type Bits56, isAtLeast, KEEP_ALL } from './consistent-threshold.ts';
import type { FinishedOperation } from './finished-operation.ts';
import type { LiveThresholds } from './live-thresholds.ts';
import { randomnessOf } from './ot-trace-state.ts';
import { mustKeepReason } from './policies.ts';
import type { TraceBuffer } from './trace-buffer.ts';

/** Whether a span of an operation could be kept anywhere: what is asked before one is made. */
export class WantedDetail {
  readonly #live: () => LiveThresholds;
  readonly #buffer: TraceBuffer;
  readonly #exports: boolean;

  /** @param exports Whether there is a pipeline with a rate of its own. */
  constructor(live: () => LiveThresholds, buffer: TraceBuffer, exports: boolean) {
    this.#live = live;
    this.#buffer = buffer;
    this.#exports = exports;
  }

  /** Of an operation that is over. An ordinary one may still lose: whether its trace is exported whole is not known yet. */
  isWanted(operation: FinishedOperation, trace: BufferedTrace | undefined): boolean {
    const live = this.#live();
    if (mustKeepReason(operation, live.settings) !== undefined) return true;
    return trace === undefined
      ? this.#inUnheld(operation.type, operation.traceId, operation.traceState, live)
      : this.#inHeld(operation.type, trace, live);
  }

  /** Of an ordinary operation that is yet to come. */
  isOrdinaryWanted(type: OperationType, traceId: string, traceState: string | undefined): boolean {
    const live = this.#live();
    if (live.thresholds.local[type] === KEEP_ALL) return true;
    const trace = this.#buffer.find(traceId);
    if (trace !== undefined) return this.#inHeld(type, trace, live);
    // A trace that was let go is not looked for: whoever asks is inside of one that runs, and what it makes is judged again at its end.
    const state = traceState === undefined ? undefined : createTraceState(traceState);
    return this.#isAbove(type, randomnessOf(traceId, state), live);
  }

  #inHeld(type: OperationType, trace: BufferedTrace, { thresholds, lowestExport }: LiveThresholds): boolean {
    const { facts, isDecided, decidedBy, wholeExport } = trace;
    if (isDecided && decidedBy !== undefined) return wholeExport || facts.isKeptBy(decidedBy.local[type]);
    return facts.isKeptBy(thresholds.local[type]) || (this.#exports && facts.isKeptBy(lowestExport));
  }

  #inUnheld(
    type: OperationType,
    traceId: string,
    traceState: TraceState | undefined,
    live: LiveThresholds,
  ): boolean {
    const randomness = randomnessOf(traceId, traceState);
    const droppedBy = this.#buffer.droppedBy(traceId);
    if (droppedBy !== undefined) return isAtLeast(randomness, droppedBy.local[type]);
    return this.#isAbove(type, randomness, live);
  }

  #isAbove(type: OperationType, randomness: Bits56, { thresholds, lowestExport }: LiveThresholds): boolean {
    return (
      isAtLeast(randomness, thresholds.local[type]) || (this.#exports && isAtLeast(randomness, lowestExport))
    );
  }
}
