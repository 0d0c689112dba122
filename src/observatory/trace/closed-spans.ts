import type { SpanNode } from './span-tree.ts';

/** So many spans an address can name. */
const MAX_NAMED = 100;
const MAX_LEVELS = 50;
const SPAN_ID = /^[\w-]{1,64}$/;

/** Which spans of a trace are closed, as the address says it: `levels`, and with `collapsed` those that are the other way round. */
export interface ClosedSpans {
  /** So many levels are open; undefined when all are. */
  readonly levels: number | undefined;
  readonly named: ReadonlySet<string>;
}

export function readClosed(query: Readonly<Record<string, string | undefined>>): ClosedSpans {
  const levels = Number(query['levels']);
  return {
    levels: Number.isInteger(levels) && levels >= 1 && levels <= MAX_LEVELS ? levels : undefined,
    named: new Set(
      (query['collapsed'] ?? '')
        .split(',')
        .filter((id) => SPAN_ID.test(id))
        .slice(0, MAX_NAMED),
    ),
  };
}

export function closedIds(
  { levels = Infinity, named }: ClosedSpans,
  nodes: readonly SpanNode[],
): ReadonlySet<string> {
  return new Set(
    nodes
      .filter(({ depth, span }) => depth + 1 >= levels !== named.has(span.spanId))
      .map(({ span }) => span.spanId),
  );
}

/** `collapsed` with one span turned. */
export function turned({ named }: ClosedSpans, spanId: string): string {
  const next = new Set(named);
  if (!next.delete(spanId)) next.add(spanId);
  return [...next].join(',');
}
