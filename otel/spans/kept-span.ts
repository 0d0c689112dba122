import type { Attributes, AttributeValue, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { KeepReason, OperationType } from '../base/operation-types.ts';

/** Facts of the whole local trace, shared by its kept spans. */
export interface TraceFacts {
  /** Spans of the trace that were counted but not kept, so far. */
  readonly droppedSpans: number;
  /** Decided before its root ended, at its maximum age or span count, or joined by late spans whose parents may have been let go. */
  readonly truncated: boolean;
  /** The local root's parent is in another process. */
  readonly remoteParent: boolean;
  /** False: these are the first spans of the trace that are handed over, as far as anybody remembers. */
  readonly isContinued?: boolean | undefined;
}

/** What all spans of one statement, or of one page, have in common; the same object for each of them. */
export interface SpanTemplate {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** A span that its template and a few attributes of its own describe: it went well and has neither events nor links. */
export interface TemplatedSpan {
  /** Undefined where it says more than that. */
  readonly template: SpanTemplate | undefined;
  /** What it says beside its template: key, value, key, value. */
  readonly ownAttributes: readonly AttributeValue[];
}

/**
 * A read-only view of an ended span with the verdict beside it. Exporters that know only ReadableSpan need no more;
 * the in-process exporter reads the rest. `spanContext().traceState` carries the sampling weight (`ot=th:`).
 */
export interface KeptSpan extends ReadableSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly operationType: OperationType;
  /** The name of its RED series: `GET /:slug`, `SELECT posts`, a template. */
  readonly series: string;
  readonly keepReason: KeepReason;
  /** Of what a rule or a policy of the app asked for: its name. */
  readonly keptBy?: string | undefined;
  readonly traceFacts: TraceFacts;
  /** Undefined for a span whose attributes stand for themselves. */
  readonly template?: SpanTemplate | undefined;
  readonly ownAttributes?: readonly AttributeValue[] | undefined;
}
