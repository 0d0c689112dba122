import type { Attributes, AttributeValue, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { KeepReason, OperationType } from '../base/operation-types.ts';

/** Facts of the whole local trace, shared by its kept spans. */
export interface TraceFacts {
  /** Spans of the trace that were counted but dropped, so far. */
  readonly droppedSpans: number;
  /** Decided early, at its maximum age or span count, or joined by late spans without their parents. */
  readonly truncated: boolean;
  /** The local root has a remote parent. */
  readonly remoteParent: boolean;
  /** False if these are the first spans of the trace to reach the sink, as far as is remembered. */
  readonly isContinued?: boolean | undefined;
}

/** What all spans of one statement or template have in common; the same object for each of them. */
export interface SpanTemplate {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** A span that its template and a few attributes describe: it succeeded, and has neither events nor links. */
export interface TemplatedSpan {
  /** Undefined if the span has more than that. */
  readonly template: SpanTemplate | undefined;
  /** Attributes that the template lacks: key, value, key, value. */
  readonly ownAttributes: readonly AttributeValue[];
}

/** A read-only view of an ended span with its verdict; its trace state has its weight (`ot=th:`). */
export interface KeptSpan extends ReadableSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly operationType: OperationType;
  /** Name of its RED series: `GET /:slug`, a statement's text, a template. */
  readonly series: string;
  readonly keepReason: KeepReason;
  /** Name of the rule or app policy that kept it. */
  readonly keptBy?: string | undefined;
  readonly traceFacts: TraceFacts;
  /** Its rejection threshold, of 56 bits; undefined if unknown. */
  readonly threshold?: { readonly high: number; readonly low: number } | undefined;
  /** Undefined for a span without a template. */
  readonly template?: SpanTemplate | undefined;
  readonly ownAttributes?: readonly AttributeValue[] | undefined;
}
