import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

/** W3C Trace Context level 2: the rightmost 56 bits of the trace id are random. */
export const RANDOM_FLAG = 2;

/**
 * Context of a new span. A child inherits its parent's flags, as under an always-recording ParentBased sampler; a root is sampled and has a random
 * id. `parent` must be valid. What a remote parent's flag and rate mean for export: `exportVerdict` in sampling/verdict.ts.
 */
export function newSpanContext(parent: SpanContext | undefined, ids: IdGenerator): SpanContext {
  if (parent === undefined) {
    const traceFlags = TraceFlags.SAMPLED | RANDOM_FLAG;
    return { traceId: ids.generateTraceId(), spanId: ids.generateSpanId(), traceFlags };
  }
  const { traceId, traceFlags, traceState } = parent;
  const child: SpanContext = {
    traceId,
    spanId: ids.generateSpanId(),
    traceFlags: traceFlags & (TraceFlags.SAMPLED | RANDOM_FLAG),
  };
  if (traceState !== undefined) child.traceState = traceState;
  return child;
}
