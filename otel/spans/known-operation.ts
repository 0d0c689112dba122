import type { Attributes } from '@opentelemetry/api';
import type { OperationType } from '../base/operation-types.ts';
import type { StatementNames } from './operation.ts';

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
