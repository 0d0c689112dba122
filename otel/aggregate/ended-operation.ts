import type { OperationType } from '../query.ts';
import type { StatementNames } from '../sql/statement-names.ts';

/** One ended operation as the aggregates count it; also for statements that were timed without a span. */
export interface EndedOperation {
  readonly type: OperationType;
  /** Name of its RED series. */
  readonly series: string;
  /** Epoch milliseconds. */
  readonly endMillis: number;
  /** Monotonic. */
  readonly durationNanos: number;
  readonly failed: boolean;
  /** HTTP 4xx. */
  readonly clientError: boolean;
  /** The client left before the answer was whole, or the server stopped. */
  readonly aborted: boolean;
  /** http: how long its client waited for the first byte; for its end, where none came, and 0 where we waited for the client. */
  readonly answerNanos?: number | undefined;
  /** http: the status that left; 0 when none did. */
  readonly statusCode?: number | undefined;
  /** http: how long it waited for its turn behind others of its connection; no part of the duration. */
  readonly waitNanos?: number | undefined;
  /** database: rows returned plus rows changed. */
  readonly rows?: number | undefined;
  /** database: its text and summary; one object per statement. */
  readonly statement?: StatementNames | undefined;
  /** database: the http series of the request it ran for. */
  readonly caller?: string | undefined;
}

/** What instrumentations ask before they make a span, and tell when they did not. Implemented by SamplingSpanProcessor. */
export interface OperationRecorder {
  /** False when an ordinary (not slow, not failed) span of this type in this trace could be kept nowhere. */
  isDetailWanted(type: OperationType, traceId: string, traceState: string | undefined): boolean;
  /** At or above it an operation must be kept, so a span is made after the fact. */
  slowThresholdNanos(type: OperationType): number;
  /** Counts an ordinary operation that gets no span, dropped by the rate of its type. Never call it for one that does. */
  recordWithoutSpan(operation: EndedOperation): void;
}
