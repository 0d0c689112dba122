import type { HeldFacts } from './buffered-trace.ts';
import { mustKeepReason, type SamplingSettings, type SpanFacts, type Thresholds } from './policies.ts';

/**
 * The verdict on a trace that is as most are: nothing of it must be kept, and all of it is kept or let go together. True, false, or undefined
 * where the policies have to look at each span. Comes to what they would come to, for a tenth of the cost.
 */
export function plainVerdict(
  spans: readonly SpanFacts[],
  facts: HeldFacts,
  settings: SamplingSettings,
  local: Thresholds['local'],
): boolean | undefined {
  const last = spans.length - 1;
  if (last < 0) return undefined;
  const { type: lastType, spanId: lastId } = spans[last]!;
  const isKept = facts.isKeptBy(local[lastType]);
  for (let i = 0; i <= last; i++) {
    const span = spans[i]!;
    if (mustKeepReason(span, settings) !== undefined) return undefined;
    const { type } = span;
    if (type !== lastType && facts.isKeptBy(local[type]) !== isKept) return undefined;
    // A parent that has not ended is owed, and that is for the policies. The local root ends last, as a rule.
    if (!isKept) continue;
    const { parentSpanId } = span;
    if (parentSpanId !== undefined && parentSpanId !== lastId && !isAmong(parentSpanId, spans))
      return undefined;
  }
  return isKept;
}

function isAmong(spanId: string, spans: readonly SpanFacts[]): boolean {
  for (let i = 0; i < spans.length; i++) if (spans[i]!.spanId === spanId) return true;
  return false;
}
