import type { TraceState } from '@opentelemetry/api';
import type { EndedSpan } from './ended-span.ts';

/**
 * An operation of a request that was over before a span of it was asked for, and went well: timing and facts at hand, the span itself made
 * from them only when something reads it.
 */
export interface FinishedOperation extends EndedSpan {
  readonly isFinishedOperation: true;
  readonly traceId: string;
  readonly traceState: TraceState | undefined;
}

/** Counts finished operations and decides which of them get a span. Implemented by SamplingSpanProcessor. Must not throw. */
export interface FinishedOperationSink {
  recordFinished(operation: FinishedOperation): void;
}
