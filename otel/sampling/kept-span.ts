import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { KeepReason, OperationType } from '../query.ts';

/** Facts of the whole local trace, shared by its kept spans. */
export interface TraceFacts {
  /** Spans of the trace that were counted but not kept, so far. */
  readonly droppedSpans: number;
  /** Decided at its maximum age or span count, before its root ended. */
  readonly truncated: boolean;
  /** The local root's parent is in another process. */
  readonly remoteParent: boolean;
}

/**
 * A read-only view of an ended span with the verdict beside it. Exporters that know only ReadableSpan need no more;
 * the in-process exporter reads the rest. `spanContext().traceState` carries the sampling weight (`ot=th:`).
 */
export interface KeptSpan extends ReadableSpan {
  readonly operationType: OperationType;
  /** The name of its RED series: `GET /:slug`, `SELECT posts`, a template. */
  readonly series: string;
  readonly keepReason: KeepReason;
  readonly traceFacts: TraceFacts;
}
