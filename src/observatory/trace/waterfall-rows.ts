import type { LogLine, SpanEventRow } from '../../../otel/query.ts';
import type { Interval } from './intervals.ts';
import type { RepeatedStatement } from './repeated-statements.ts';
import { selfIntervals, type SpanNode } from './span-tree.ts';

/** Common to every row: its place in the tree. */
interface Placed {
  readonly depth: number;
}

export interface SpanLine extends Placed {
  readonly kind: 'span';
  readonly node: SpanNode;
  /** Number of spans in a folded run. */
  readonly repeat: number | undefined;
  /** From its start to the end of its last span. */
  readonly durationMillis: number;
  /** The measured duration: of the span, or the sum over a run without the gaps. */
  readonly measuredMillis: number;
  readonly critical: boolean;
  /** The intervals of its self time. */
  readonly selfIntervals: readonly Interval[];
  /** Undefined without children. */
  readonly expanded: boolean | undefined;
  /** Shown only because a descendant matches the filter. */
  readonly passing: boolean;
}
export interface EventLine extends Placed {
  readonly kind: 'event';
  readonly event: SpanEventRow;
  readonly summary: string;
}
export interface LogRow extends Placed {
  readonly kind: 'log';
  readonly log: LogLine;
}
/** A row of the waterfall: a span or folded run, an event, or a log line. */
export type WaterfallRow = SpanLine | EventLine | LogRow;

export interface WaterfallChoice {
  /** Runs are unfolded. */
  readonly unfolded?: boolean;
  /** Ids of collapsed spans. */
  readonly collapsed?: ReadonlySet<string>;
  readonly logs?: readonly LogLine[];
  /** Filter; ancestors of matches are shown too. */
  readonly matches?: ((node: SpanNode, logs: readonly LogLine[]) => boolean) | undefined;
}

/** Limits of events and log lines per span; the panel of the span and the JSON have all. */
const MAX_INLINE = 20;

/** Rows in tree order. */
export function waterfallRows(
  nodes: readonly SpanNode[],
  repeated: readonly RepeatedStatement[],
  { unfolded = false, collapsed = new Set(), logs = [], matches }: WaterfallChoice = {},
): readonly WaterfallRow[] {
  const byId = new Map(nodes.map((node) => [node.span.spanId, node]));
  const { folds, hidden } = foldsOf(unfolded ? [] : repeated);
  const logsOf = logsBySpan(logs, nodes);
  const shown = matches === undefined ? undefined : found(nodes, (node) => matches(node, logsOf(node)));
  const rows: WaterfallRow[] = [];
  let closedAt = Infinity;
  for (const node of nodes) {
    const { span, depth } = node;
    if (depth > closedAt) continue;
    closedAt = Infinity;
    if (hidden.has(span.spanId)) continue;
    if (shown !== undefined && !shown.all.has(node)) continue;
    const fold = folds.get(span.spanId);
    const inside = node.children.length > 0 || span.events.length > 0 || logsOf(node).length > 0;
    const expanded = inside ? !collapsed.has(span.spanId) : undefined;
    rows.push({
      kind: 'span',
      node,
      depth,
      repeat: fold?.length,
      durationMillis: endOf(fold, byId, node) - span.startMillis,
      measuredMillis: (fold ?? [span.spanId]).reduce(
        (sum, id) => sum + (byId.get(id)?.span.durationMillis ?? 0),
        0,
      ),
      critical: node.criticalMillis > 0 || (fold ?? []).some((id) => (byId.get(id)?.criticalMillis ?? 0) > 0),
      selfIntervals: selfIntervals(node),
      expanded,
      passing: shown !== undefined && !shown.matching.has(node),
    });
    if (expanded === false) closedAt = depth;
    // Ancestors of matches are shown without their events and log lines.
    else if (shown === undefined || shown.matching.has(node)) rows.push(...inline(node, logsOf(node)));
  }
  return rows;
}

function foldsOf(repeated: readonly RepeatedStatement[]) {
  const folds = new Map<string, readonly string[]>();
  const hidden = new Set<string>();
  for (const { spanIds } of repeated) {
    const [head, ...rest] = spanIds;
    if (head === undefined) continue;
    folds.set(head, spanIds);
    for (const id of rest) hidden.add(id);
  }
  return { folds, hidden };
}

function endOf(
  fold: readonly string[] | undefined,
  byId: ReadonlyMap<string, SpanNode>,
  { span }: SpanNode,
): number {
  let end = span.startMillis + span.durationMillis;
  for (const id of fold ?? []) {
    const each = byId.get(id)?.span;
    if (each !== undefined) end = Math.max(end, each.startMillis + each.durationMillis);
  }
  return end;
}

/** Log lines of missing spans are attached to the root. */
function logsBySpan(
  logs: readonly LogLine[],
  nodes: readonly SpanNode[],
): (node: SpanNode) => readonly LogLine[] {
  const here = new Set(nodes.map((node) => node.span.spanId));
  const root = nodes[0]?.span.spanId ?? '';
  const bySpan = Map.groupBy(logs, (log) => (here.has(log.spanId) ? log.spanId : root));
  return (node) => bySpan.get(node.span.spanId) ?? [];
}

/** Matching nodes, and the same with their ancestors. */
function found(nodes: readonly SpanNode[], matches: (node: SpanNode) => boolean) {
  const matching = new Set<SpanNode>();
  const all = new Set<SpanNode>();
  const above: SpanNode[] = [];
  for (const node of nodes) {
    above.length = Math.min(above.length, node.depth);
    above[node.depth] = node;
    if (!matches(node)) continue;
    matching.add(node);
    for (let depth = node.depth; depth >= 0; depth--) {
      const each = above[depth];
      if (each === undefined || all.has(each)) break;
      all.add(each);
    }
  }
  return { matching, all };
}

function inline({ span, depth }: SpanNode, logs: readonly LogLine[]): readonly WaterfallRow[] {
  const events = span.events.slice(0, MAX_INLINE).map((event) => ({
    at: event.timeMillis,
    row: { kind: 'event', event, depth: depth + 1, summary: eventSummary(event) } satisfies EventLine,
  }));
  const lines = logs.slice(-MAX_INLINE).map((log) => ({
    at: log.timeMillis,
    row: { kind: 'log', log, depth: depth + 1 } satisfies LogRow,
  }));
  return [...events, ...lines].sort((a, b) => a.at - b.at).map(({ row }) => row);
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
