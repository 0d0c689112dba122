import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { OperationType, StatementNames } from '../base/operation-types.ts';
import type { AskedAddress } from './asked-address.ts';

/** The operation of a span, known without building its attributes. */
export interface KnownOperation {
  readonly type: OperationType;
  readonly series: string;
  readonly slownessNanos: number;
  /** `error.type`, used if the span failed. */
  readonly errorType?: string | undefined;
  readonly labels?: Attributes | undefined;
  readonly answerNanos?: number | undefined;
  readonly clientError: boolean;
  readonly aborted: boolean;
  readonly statusCode?: number | undefined;
  readonly waitNanos?: number | undefined;
  readonly asked?: AskedAddress | undefined;
  readonly rows?: number | undefined;
  readonly statement?: StatementNames | undefined;
}

/** The same for a span that has only the attributes of its subject, and a number of rows. */
export interface KnownSubject {
  readonly type: OperationType;
  readonly series: string;
  readonly statement: StatementNames | undefined;
  readonly labels: Attributes | undefined;
  rowsOf(span: SpanSoFar): number | undefined;
}

/** What can be read of a span without building its attributes. */
export interface SpanSoFar {
  readonly durationNanos: number;
  /** The value set under `key` after the start. */
  setSinceStart(key: string): AttributeValue | undefined;
  /** Returns true if none of these was set after the start. */
  isSetApartFrom(attributes: Attributes): boolean;
}
