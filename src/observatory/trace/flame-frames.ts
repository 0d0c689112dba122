import type { OperationType } from '../../../otel/query.ts';
import type { SpanNode } from './span-tree.ts';
import { shownName } from '../format/shown-name.ts';

/** Merged spans of one series under the same callers; its width is the self time in and below it. */
export interface FlameFrame {
  readonly series: string;
  readonly name: string;
  readonly type: OperationType;
  /** Number of merged spans. */
  readonly count: number;
  readonly failed: number;
  readonly selfMillis: number;
  /** Self time in and below it; not wall time if children ran in parallel. */
  readonly totalMillis: number;
  /** Its longest span. */
  readonly spanId: string;
  readonly depth: number;
  /** Its offset, from 0 to the total of all root frames. */
  readonly offsetMillis: number;
  readonly children: readonly FlameFrame[];
}

interface Draft extends Omit<FlameFrame, 'children'> {
  count: number;
  failed: number;
  selfMillis: number;
  totalMillis: number;
  spanId: string;
  offsetMillis: number;
  longestMillis: number;
  readonly byKey: Map<string, Draft>;
  children: Draft[];
}

/** A flame graph. */
export interface FlameGraph {
  readonly totalMillis: number;
  /** In drawing order: callers before callees, the widest callee first. */
  readonly frames: readonly FlameFrame[];
}

/** Merges the spans of one or several traces into frames; expects nodes in the order of `spanTree`. */
export function flameGraph(traces: readonly (readonly SpanNode[])[]): FlameGraph {
  const roots = new Map<string, Draft>();
  const made: Draft[] = [];
  for (const nodes of traces) {
    const above: Draft[] = [];
    for (const node of nodes) {
      const siblings = node.depth === 0 ? roots : (above[node.depth - 1]?.byKey ?? roots);
      above[node.depth] = merged(siblings, node, made);
    }
  }
  // Callees come after their callers, so one reverse pass sums up.
  for (const draft of made.toReversed()) {
    draft.children = [...draft.byKey.values()];
    draft.totalMillis = draft.children.reduce((sum, child) => sum + child.totalMillis, draft.selfMillis);
    draft.children.sort((a, b) => b.totalMillis - a.totalMillis);
  }
  const top = [...roots.values()].sort((a, b) => b.totalMillis - a.totalMillis);
  return { totalMillis: top.reduce((sum, { totalMillis }) => sum + totalMillis, 0), frames: laidOut(top) };
}

function merged(siblings: Map<string, Draft>, { span, depth, selfMillis }: SpanNode, made: Draft[]): Draft {
  const key = `${span.type} ${span.series}`;
  let draft = siblings.get(key);
  if (draft === undefined) {
    draft = {
      series: span.series,
      name: shownName(span),
      type: span.type,
      count: 0,
      failed: 0,
      selfMillis: 0,
      totalMillis: 0,
      spanId: span.spanId,
      depth,
      offsetMillis: 0,
      longestMillis: span.durationMillis,
      byKey: new Map(),
      children: [],
    };
    siblings.set(key, draft);
    made.push(draft);
  }
  draft.count += 1;
  draft.failed += span.status === 'error' ? 1 : 0;
  draft.selfMillis += Number.isFinite(selfMillis) ? selfMillis : 0;
  if (span.durationMillis > draft.longestMillis) {
    draft.longestMillis = span.durationMillis;
    draft.spanId = span.spanId;
  }
  return draft;
}

function laidOut(top: readonly Draft[]): readonly FlameFrame[] {
  const order: Draft[] = [];
  const stack = placed(top, 0);
  for (let draft = stack.pop(); draft !== undefined; draft = stack.pop()) {
    order.push(draft);
    stack.push(...placed(draft.children, draft.offsetMillis));
  }
  return order;
}

/** Places frames side by side from an offset; reversed, for use as a stack. */
function placed(drafts: readonly Draft[], from: number): Draft[] {
  let at = from;
  for (const draft of drafts) {
    draft.offsetMillis = at;
    at += draft.totalMillis;
  }
  return drafts.toReversed();
}
