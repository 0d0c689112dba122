import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { OperationType } from '../base/operation-types.ts';
import { ATTR_CHANGED_ROWS, ATTR_DB_RESPONSE_RETURNED_ROWS } from '../base/semconv.ts';
import type { SpanTemplate } from '../spans/kept-span.ts';
import type { KnownSubject, SpanSoFar } from '../spans/known-operation.ts';
import { labelsOf } from '../spans/operation-type.ts';
import type { StatementNames } from '../base/operation-types.ts';
import type { LazyAttributes } from '../spans/span-source.ts';

export interface OperationWords {
  readonly type: OperationType;
  /** The span's name. */
  readonly name: string;
  /** Its RED series, the same as derived from the span. */
  readonly series: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** database: text and summary. */
  readonly statement?: StatementNames | undefined;
  /** Size of its text, if it belongs to one call only. */
  readonly heldBytes?: number;
}

/** What is known of an operation before the call; created once per statement or template and shared by the spans of all its calls. */
export class OperationSubject implements OperationWords, SpanTemplate, LazyAttributes, KnownSubject {
  readonly type: OperationType;
  readonly name: string;
  readonly series: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly statement: StatementNames | undefined;
  readonly heldBytes: number;
  /** Metric attributes. */
  readonly labels: Attributes | undefined;

  constructor({ type, name, series, kind, attributes, statement, heldBytes = 0 }: OperationWords) {
    this.type = type;
    this.name = name;
    this.series = series;
    this.kind = kind;
    this.attributes = attributes;
    this.statement = statement;
    this.heldBytes = heldBytes;
    this.labels = labelsOf(type, { attributes });
  }

  get template(): SpanTemplate {
    return this;
  }

  startAttributes(): Attributes {
    return { ...this.attributes };
  }

  /** If the app changed one of its attributes, the attributes have to be read. */
  knownSubject(span: SpanSoFar): KnownSubject | undefined {
    return span.isSetApartFrom(this.attributes) ? this : undefined;
  }

  rowsOf(span: SpanSoFar): number | undefined {
    if (this.type !== 'database') return undefined;
    const rows = span.setSinceStart(ATTR_DB_RESPONSE_RETURNED_ROWS) ?? span.setSinceStart(ATTR_CHANGED_ROWS);
    return typeof rows === 'number' ? rows : undefined;
  }
}
