import type { OperationType } from '../../../otel/query.ts';
import type { SpanNode } from './span-tree.ts';
import { shownName } from '../format/shown-name.ts';

/** Spans of one series under the same callers, merged; its width is all the self time below and in it. */
export interface FlameFrame {
  readonly series: string;
  readonly name: string;
  readonly type: OperationType;
  /** How many spans it stands for. */
  readonly count: number;
  readonly failed: number;
  readonly selfMillis: number;
  /** Self time of its own and of all below it; not wall time, where children ran side by side. */
  readonly totalMillis: number;
  /** The longest of its spans. */
  readonly spanId: string;
  readonly depth: number;
  /** Where it begins, from 0 to the total of all frames without a caller. */
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

/** The whole of a flame graph. */
export interface FlameGraph {
  readonly totalMillis: number;
  /** In drawing order: each after its caller, the widest of its callees first. */
  readonly frames: readonly FlameFrame[];
}

/** Frames of one trace, or of several laid over each other; nodes in reading order, as `spanTree` gives them. */
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
  // Callees were made after their callers, so sums flow upwards in one pass.
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

/** Side by side from an offset on; the first one last, as a stack takes them. */
function placed(drafts: readonly Draft[], from: number): Draft[] {
  let at = from;
  for (const draft of drafts) {
    draft.offsetMillis = at;
    at += draft.totalMillis;
  }
  return drafts.toReversed();
}
