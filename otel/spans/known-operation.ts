import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { OperationType, StatementNames } from '../base/operation-types.ts';

/** What the attributes of a span come to, known without making them. */
export interface KnownOperation {
  readonly type: OperationType;
  readonly series: string;
  readonly slownessNanos: number;
  /** `error.type`; it counts where the span failed. */
  readonly errorType?: string | undefined;
  readonly labels?: Attributes | undefined;
  readonly answerNanos?: number | undefined;
  readonly clientError: boolean;
  readonly aborted: boolean;
  readonly statusCode?: number | undefined;
  readonly waitNanos?: number | undefined;
  readonly rows?: number | undefined;
  readonly statement?: StatementNames | undefined;
}

/** The same of a span that says nothing but what all spans of its subject say, and how many rows. */
export interface KnownSubject {
  readonly type: OperationType;
  readonly series: string;
  readonly statement: StatementNames | undefined;
  readonly labels: Attributes | undefined;
  rowsOf(span: SpanSoFar): number | undefined;
}

/** What may be asked of a span without making its attributes. */
export interface SpanSoFar {
  readonly durationNanos: number;
  /** What was set under `key` since the start. */
  setSinceStart(key: string): AttributeValue | undefined;
  /** Returns true if none of these was set since the start. */
  isSetApartFrom(attributes: Attributes): boolean;
}
