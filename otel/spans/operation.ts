import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OperationType, StatementNames } from '../base/operation-types.ts';

/** An ended span as the aggregates count it. */
export interface Operation {
  readonly type: OperationType;
  /** Name of its RED series. */
  readonly series: string;
  /** Epoch milliseconds. */
  readonly endMillis: number;
  /** Monotonic. */
  readonly durationNanos: number;
  readonly failed: boolean;
  /** Metric attributes besides series and status: `error.type`, labels; one object per distinct set. */
  readonly errorType?: string | undefined;
  readonly labels?: ReadableSpan['attributes'] | undefined;
  /** HTTP 4xx. */
  readonly clientError: boolean;
  /** The client disconnected before the response was complete, or the server stopped. */
  readonly aborted: boolean;
  /** http: until the client got the first byte, or until the end; 0 if the server waited for the client. */
  readonly answerNanos?: number | undefined;
  /** http: status of the response; 0 if none was sent. */
  readonly statusCode?: number | undefined;
  /** http: how long it queued behind others on its connection; not part of the duration. */
  readonly waitNanos?: number | undefined;
  /** database: rows returned plus rows changed. */
  readonly rows?: number | undefined;
  /** database: text and summary; one object per statement. */
  readonly statement?: StatementNames | undefined;
  /** database: http series of the request that executed it. */
  readonly caller?: string | undefined;
}

/** The same with its span, for the verdict. */
export interface EndedSpan extends Operation {
  readonly span: ReadableSpan;
  readonly spanId: string;
  /** Undefined for a local root: a remote parent never ends here. */
  readonly parentSpanId: string | undefined;
  readonly slownessNanos: number;
  /** Its attributes could not be read; it is kept for inspection. */
  readonly isUnreadable?: boolean;
  /** The second the aggregates counted it in, so that kept spans count there too; NaN until then. */
  countedMillis: number;
}
