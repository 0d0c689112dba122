import type { SpanNode } from './span-tree.ts';

/** Limit of spans that an address names. */
const MAX_NAMED = 100;
const MAX_LEVELS = 50;
const SPAN_ID = /^[\w-]{1,64}$/;

/** The closed spans of a trace by the address: `levels`, and `collapsed` for spans that deviate from it. */
export interface ClosedSpans {
  /** Number of open levels; undefined if all are open. */
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

/** `collapsed` with one span toggled. */
export function turned({ named }: ClosedSpans, spanId: string): string {
  const next = new Set(named);
  if (!next.delete(spanId)) next.add(spanId);
  return [...next].join(',');
}
