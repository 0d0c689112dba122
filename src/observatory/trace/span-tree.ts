import type { SpanRow } from '../../../otel/query.ts';
import { type SpanAttributes, threadOf } from './attribute-of.ts';
import { criticalPath } from './critical-path.ts';
import { endOf, intersections, totalMillis, type Interval, type WaitInterval } from './intervals.ts';

/** What a tree needs of a span. */
export type TreeSpan = Pick<SpanRow, 'spanId' | 'parentSpanId' | 'startMillis' | 'durationMillis'> &
  Partial<Pick<SpanRow, 'type' | 'waits'>> & { readonly attributes?: SpanAttributes };

/** A span in the tree of its trace. */
export interface TreeNode<Span extends TreeSpan> {
  readonly span: Span;
  /** 0 for roots and for spans whose parent is missing. */
  readonly depth: number;
  readonly children: readonly TreeNode<Span>[];
  /** Duration minus the time covered by its children, and minus `waits`. */
  readonly selfMillis: number;
  /** The parts of its self time in which something else held the event loop. */
  readonly waits: readonly WaitInterval[];
  /** Sum of `waits`. */
  readonly waitedMillis: number;
}

/** With its part of the critical path. */
export interface SpanNode extends TreeNode<SpanRow> {
  readonly children: readonly SpanNode[];
  /** Its self time on the critical path; 0 if it is not on it. */
  readonly criticalMillis: number;
}

interface Draft<Span extends TreeSpan> {
  readonly span: Span;
  depth: number;
  children: Draft<Span>[];
  selfMillis: number;
  waits: readonly WaitInterval[];
  waitedMillis: number;
  criticalMillis: number;
}

/** Time of the span that no child covers; children may overlap and may outlive it. */
function selfTime(span: TreeSpan, children: readonly Draft<TreeSpan>[]): number {
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

/** Spans in tree order: children after their parent, siblings by start. Orphans and cycles become roots; every span appears once. */
export function spanTree(spans: readonly SpanRow[]): readonly SpanNode[] {
  const known = trees.get(spans);
  if (known !== undefined) return known;
  const tree = plant(spans, waitsOf(spans));
  if (tree[0] !== undefined)
    for (const segment of criticalPath(tree[0]))
      segment.node.criticalMillis += Math.max(
        0,
        segment.durationMillis - totalMillis(intersections([segment], segment.node.waits)),
      );
  trees.set(spans, tree);
  return tree;
}

/** Cached, as a page uses the tree several times. */
const trees = new WeakMap<readonly SpanRow[], readonly SpanNode[]>();

/** The tree of spans that are used once, without the critical path. */
export function selfTimeTree<Span extends TreeSpan>(
  spans: readonly Span[],
  waits = waitsOf(spans),
): readonly TreeNode<Span>[] {
  return plant(spans, waits);
}

function waitsOf(spans: readonly TreeSpan[]): readonly WaitInterval[] {
  return spans.flatMap(({ waits = [] }) => waits);
}

function plant<Span extends TreeSpan>(
  spans: readonly Span[],
  waits: readonly WaitInterval[],
): readonly Draft<Span>[] {
  const drafts = new Map<string, Draft<Span>>();
  for (const span of [...spans].sort((a, b) => a.startMillis - b.startMillis))
    if (!drafts.has(span.spanId))
      drafts.set(span.spanId, {
        span,
        depth: 0,
        children: [],
        selfMillis: 0,
        waits: [],
        waitedMillis: 0,
        criticalMillis: 0,
      });
  const roots: Draft<Span>[] = [];
  for (const draft of drafts.values()) {
    const parent = drafts.get(draft.span.parentSpanId ?? '');
    if (parent === undefined) roots.push(draft);
    else parent.children.push(draft);
  }
  const order: Draft<Span>[] = [];
  const placed = new Set<Draft<Span>>();
  for (const root of roots) place(root, order, placed);
  // Spans that no root reaches form a cycle; the earliest one becomes its root.
  for (const draft of drafts.values()) if (!placed.has(draft)) place(draft, order, placed);
  for (const draft of order) draft.selfMillis = selfTime(draft.span, draft.children);
  subtractWaits(order, waits);
  return order;
}

/** What runs without returning to the loop does not wait for it, nor does what runs in another thread. */
export function runsThrough(span: Pick<TreeSpan, 'type' | 'attributes'>): boolean {
  return span.type === 'database' || span.type === 'render' || threadOf(span) !== undefined;
}

function subtractWaits(drafts: readonly Draft<TreeSpan>[], waits: readonly WaitInterval[]): void {
  if (waits.length === 0) return;
  for (const draft of drafts) {
    if (runsThrough(draft.span)) continue;
    draft.waits = intersections(selfIntervals(draft), waits);
    draft.waitedMillis = Math.min(draft.selfMillis, totalMillis(draft.waits));
    draft.selfMillis -= draft.waitedMillis;
  }
}

/** The intervals of a span that no child covers. */
export function selfIntervals({
  span,
  children,
}: Pick<TreeNode<TreeSpan>, 'span' | 'children'>): readonly Interval[] {
  const intervals: Interval[] = [];
  const end = endOf(span);
  let cursor = span.startMillis;
  for (const child of children) {
    if (child.span.startMillis > cursor)
      intervals.push({ startMillis: cursor, durationMillis: Math.min(child.span.startMillis, end) - cursor });
    cursor = Math.max(cursor, endOf(child.span));
  }
  if (cursor < end) intervals.push({ startMillis: cursor, durationMillis: end - cursor });
  return intervals;
}

/** Appends a root and its descendants; a span that is met again is not added twice. */
function place<Span extends TreeSpan>(
  root: Draft<Span>,
  order: Draft<Span>[],
  placed: Set<Draft<Span>>,
): void {
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

/** Self time per series, largest first. */
export interface SeriesShare {
  readonly series: string;
  readonly type: SpanRow['type'];
  readonly selfMillis: number;
  readonly count: number;
  /** The longest span of the series. */
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
