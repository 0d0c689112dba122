import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { SpanIds } from './span-ids.ts';

const ids = new SpanIds();

/**
 * Of a new span. A child takes over its parent's decision, as an always-recording ParentBased sampler does; a root is sampled. `parent` is a
 * valid one.
 */
export function newSpanContext(parent: SpanContext | undefined): SpanContext {
  if (parent === undefined)
    return { traceId: ids.generateTraceId(), spanId: ids.generateSpanId(), traceFlags: TraceFlags.SAMPLED };
  const { traceId, traceFlags, traceState } = parent;
  const child: SpanContext = {
    traceId,
    spanId: ids.generateSpanId(),
    traceFlags: traceFlags & TraceFlags.SAMPLED,
  };
  if (traceState !== undefined) child.traceState = traceState;
  return child;
}
