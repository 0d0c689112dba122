import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { KeepReason } from '../query.ts';
import { type Bits56, compareBits56, isAtLeast, KEEP_ALL } from './consistent-threshold.ts';
import { readOtTraceState } from './ot-trace-state.ts';
import type { StormFate } from './policies.ts';

/**
 * The `th` of a kept span (G17): of one that had to be kept the storm's threshold, which is 0 without a storm; of one kept by
 * probability the stricter of ours and upstream's; unknown for a mere ancestor, for an example, and where upstream's threshold contradicts
 * the randomness, as the specification asks.
 */
export function weightOf(
  span: ReadableSpan,
  reason: KeepReason,
  own: Bits56,
  randomness: Bits56,
  fate: StormFate | undefined,
): Bits56 | undefined {
  if (reason === 'ancestor' || fate === 'example') return undefined;
  if (reason !== 'probability') return typeof fate === 'object' ? fate : KEEP_ALL;
  const upstream = readOtTraceState(span.spanContext().traceState).threshold;
  if (upstream === undefined) return own;
  if (!isAtLeast(randomness, upstream)) return undefined;
  return compareBits56(own, upstream) >= 0 ? own : upstream;
}
