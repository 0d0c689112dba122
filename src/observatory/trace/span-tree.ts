import type { SpanRow } from '../../../otel/query.ts';
import { criticalPath } from './critical-path.ts';

/** A span where it stands in its trace. */
export interface SpanNode {
  readonly span: SpanRow;
  /** 0 for roots and for spans whose parent is not here. */
  readonly depth: number;
  readonly children: readonly SpanNode[];
  /** Its duration without the time its children cover. */
  readonly selfMillis: number;
  /** How much of the critical path is spent in it itself; 0 when it is not on it. */
  readonly criticalMillis: number;
}

interface Draft {
  readonly span: SpanRow;
  depth: number;
  children: Draft[];
  selfMillis: number;
  criticalMillis: number;
}

const endOf = (span: SpanRow): number => span.startMillis + span.durationMillis;

/** Time of the span that no child covers; children may overlap each other and may outlive it. */
function selfTime(span: SpanRow, children: readonly Draft[]): number {
  let covered = 0;
  let reached = span.startMillis;
  for (const child of children) {
    const start = Math.max(child.span.startMillis, reached);
    const end = Math.min(endOf(child.span), endOf(span));
    if (end > start) {
      covered += end - start;
      reached = end;
    }
  }
  return Math.max(0, span.durationMillis - covered);
}

/** Spans in reading order: each under its parent, siblings by start. Orphans and loops become roots; every span appears once. */
export function spanTree(spans: readonly SpanRow[]): readonly SpanNode[] {
  const known = trees.get(spans);
  if (known !== undefined) return known;
  const tree = plant(spans);
  trees.set(spans, tree);
  return tree;
}

/** A page asks for the tree of its spans several times. */
const trees = new WeakMap<readonly SpanRow[], readonly SpanNode[]>();

function plant(spans: readonly SpanRow[]): readonly SpanNode[] {
  const drafts = new Map<string, Draft>();
  for (const span of [...spans].sort((a, b) => a.startMillis - b.startMillis))
    if (!drafts.has(span.spanId))
      drafts.set(span.spanId, { span, depth: 0, children: [], selfMillis: 0, criticalMillis: 0 });
  const roots: Draft[] = [];
  for (const draft of drafts.values()) {
    const parent = drafts.get(draft.span.parentSpanId ?? '');
    if (parent === undefined) roots.push(draft);
    else parent.children.push(draft);
  }
  const order: Draft[] = [];
  const placed = new Set<Draft>();
  for (const root of roots) place(root, order, placed);
  // What no root leads to goes round in a circle; its earliest span is taken for the root.
  for (const draft of drafts.values()) if (!placed.has(draft)) place(draft, order, placed);
  for (const draft of order) draft.selfMillis = selfTime(draft.span, draft.children);
  if (order[0] !== undefined)
    for (const { node, durationMillis } of criticalPath(order[0])) node.criticalMillis += durationMillis;
  return order;
}

/** Appends a root and all below it; a span met a second time is cut from where it was met. */
function place(root: Draft, order: Draft[], placed: Set<Draft>): void {
  const stack = [root];
  placed.add(root);
  for (let draft = stack.pop(); draft !== undefined; draft = stack.pop()) {
    order.push(draft);
    draft.children = draft.children.filter((child) => !placed.has(child));
    for (const child of draft.children.toReversed()) {
      placed.add(child);
      child.depth = draft.depth + 1;
      stack.push(child);
    }
  }
}

/** Self time per series, most first: where the time of the trace went. */
export interface SeriesShare {
  readonly series: string;
  readonly type: SpanRow['type'];
  readonly selfMillis: number;
  readonly count: number;
  /** The longest of them. */
  readonly node: SpanNode;
}

export function sharesOf(nodes: readonly SpanNode[]): readonly SeriesShare[] {
  const shares = new Map<string, SeriesShare>();
  for (const node of nodes) {
    const key = `${node.span.type} ${node.span.series}`;
    const known = shares.get(key);
    shares.set(key, {
      series: node.span.series,
      type: node.span.type,
      selfMillis: (known?.selfMillis ?? 0) + node.selfMillis,
      count: (known?.count ?? 0) + 1,
      node: known !== undefined && known.node.selfMillis >= node.selfMillis ? known.node : node,
    });
  }
  return [...shares.values()].sort((a, b) => b.selfMillis - a.selfMillis);
}
