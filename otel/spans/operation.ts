import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OperationType, StatementNames } from '../base/operation-types.ts';

/** What an ended span comes to, as the aggregates count it. */
export interface Operation {
  readonly type: OperationType;
  /** Name of its RED series. */
  readonly series: string;
  /** Epoch milliseconds. */
  readonly endMillis: number;
  /** Monotonic. */
  readonly durationNanos: number;
  readonly failed: boolean;
  /** Of its metric, beside series and status: `error.type` of a failed one, and more attributes, one object for equal ones. */
  readonly errorType?: string | undefined;
  readonly labels?: ReadableSpan['attributes'] | undefined;
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

/** The same with the span, for its verdict. */
export interface EndedSpan extends Operation {
  readonly span: ReadableSpan;
  readonly spanId: string;
  /** Undefined for a local root: a parent in another process never ends here. */
  readonly parentSpanId: string | undefined;
  readonly slownessNanos: number;
  /** Its facts could not be read: somebody has to look at it. */
  readonly isUnreadable?: boolean;
  /** The second in which the aggregates counted it, for what is kept to count there too; NaN until then. */
  countedMillis: number;
}
