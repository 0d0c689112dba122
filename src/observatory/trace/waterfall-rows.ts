import type { SpanEventRow } from '../../../otel/query.ts';
import type { RepeatedStatement } from './repeated-statements.ts';
import type { SpanNode } from './span-tree.ts';

interface Interval {
  readonly startMillis: number;
  readonly durationMillis: number;
}

/** A line of the waterfall: a span, a folded run of one statement, or an event. */
export type WaterfallRow =
  | {
      readonly kind: 'span';
      readonly node: SpanNode;
      /** How many spans a folded run stands for. */
      readonly repeat: number | undefined;
      /** From its start to the end of the last it stands for. */
      readonly durationMillis: number;
      readonly critical: boolean;
      /** When it worked itself, not its children. */
      readonly selfIntervals: readonly Interval[];
    }
  | {
      readonly kind: 'event';
      readonly event: SpanEventRow;
      readonly depth: number;
      readonly summary: string;
    };

/** Events of one span that are listed; the panel of the span has them all. */
const MAX_EVENTS = 20;

/** Lines in reading order; runs are folded unless `unfolded`. */
export function waterfallRows(
  nodes: readonly SpanNode[],
  repeated: readonly RepeatedStatement[],
  unfolded = false,
): readonly WaterfallRow[] {
  const folds = new Map<string, readonly string[]>();
  const hidden = new Set<string>();
  if (!unfolded)
    for (const { spanIds } of repeated) {
      const [head, ...rest] = spanIds;
      if (head === undefined) continue;
      folds.set(head, spanIds);
      for (const id of rest) hidden.add(id);
    }
  const byId = new Map(nodes.map((node) => [node.span.spanId, node]));
  return nodes.flatMap((node): WaterfallRow[] => {
    const { span } = node;
    if (hidden.has(span.spanId)) return [];
    const fold = folds.get(span.spanId);
    const ends = (fold ?? [])
      .map((id) => byId.get(id)?.span)
      .filter((each) => each !== undefined)
      .map((each) => each.startMillis + each.durationMillis);
    const end = ends.reduce((a, b) => Math.max(a, b), span.startMillis + span.durationMillis);
    const critical =
      node.criticalMillis > 0 || (fold ?? []).some((id) => (byId.get(id)?.criticalMillis ?? 0) > 0);
    const row: WaterfallRow = {
      kind: 'span',
      node,
      repeat: fold?.length,
      durationMillis: end - span.startMillis,
      critical,
      selfIntervals: selfIntervals(node),
    };
    const events = span.events.slice(0, MAX_EVENTS).map((event): WaterfallRow => ({
      kind: 'event',
      event,
      depth: node.depth + 1,
      summary: eventSummary(event),
    }));
    return [row, ...events];
  });
}

function selfIntervals({ span, children }: SpanNode): readonly Interval[] {
  const found: Interval[] = [];
  const end = span.startMillis + span.durationMillis;
  let cursor = span.startMillis;
  for (const child of children) {
    if (child.span.startMillis > cursor)
      found.push({ startMillis: cursor, durationMillis: Math.min(child.span.startMillis, end) - cursor });
    cursor = Math.max(cursor, child.span.startMillis + child.span.durationMillis);
  }
  if (cursor < end) found.push({ startMillis: cursor, durationMillis: end - cursor });
  return found;
}

function eventSummary({ attributes }: SpanEventRow): string {
  const message = attributes['exception.message'] ?? attributes['message'];
  const words =
    message === undefined
      ? Object.entries(attributes)
          .slice(0, 2)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(' ')
      : String(message);
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}
