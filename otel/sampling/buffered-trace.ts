import type { Span, TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OperationType } from '../query.ts';
import type { Bits56 } from './consistent-threshold.ts';
import { randomnessOf } from './ot-trace-state.ts';
import type { SpanFacts } from './policies.ts';

/** An ended span that waits for its trace's verdict. */
export interface PendingSpan extends SpanFacts {
  readonly span: ReadableSpan;
  readonly series: string;
}

/** Facts of a trace that change until its last span is through; seen as read-only TraceFacts by exporters. */
export interface MutableTraceFacts {
  droppedSpans: number;
  truncated: boolean;
  remoteParent: boolean;
}

/** What must be remembered of a decided trace, so that later spans get the same verdict. No span is held. */
export interface Verdict {
  readonly randomness: Bits56;
  readonly wholeExport: boolean;
  readonly facts: MutableTraceFacts;
  readonly owedAncestors: Set<string>;
  readonly owedExportAncestors: Set<string>;
  keptAny: boolean;
}

/** The spans of one trace in this process from the start of its local root until the verdict. */
export class BufferedTrace {
  readonly traceId: string;
  readonly startedMillis: number;
  readonly traceState: TraceState | undefined;
  /** The local root while it lives in the buffer: its route names the callers of statements. */
  root: (Span & ReadableSpan) | undefined;
  rootType: OperationType | undefined;
  rootEndedMillis: number | undefined;
  remoteParent = false;
  live = 0;
  readonly pending: PendingSpan[] = [];
  #randomness: Bits56 | undefined;

  constructor(traceId: string, traceState: TraceState | undefined, startedMillis: number) {
    this.traceId = traceId;
    this.traceState = traceState;
    this.startedMillis = startedMillis;
  }

  get randomness(): Bits56 {
    return (this.#randomness ??= randomnessOf(this.traceId, this.traceState));
  }
}
