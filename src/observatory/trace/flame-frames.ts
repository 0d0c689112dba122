import type { OperationType, SpanRow } from '../../../otel/query.ts';
import type { TreeNode, TreeSpan } from './span-tree.ts';
import { shownName } from '../format/shown-name.ts';

/** Merged spans of one series under the same callers; its width is the self time in and below it. */
export interface FlameFrame {
  readonly series: string;
  readonly name: string;
  readonly type: OperationType;
  /** Number of merged spans, weighted as all figures are. */
  readonly count: number;
  readonly failed: number;
  readonly selfMillis: number;
  /** Self time in and below it; not wall time if children ran in parallel. */
  readonly totalMillis: number;
  /** An example. */
  readonly spanId: string;
  readonly traceId: string;
  readonly depth: number;
  /** Its offset, from 0 to the total of all root frames. */
  readonly offsetMillis: number;
}

export type FlameSpan = TreeSpan & Pick<SpanRow, 'name' | 'series' | 'type' | 'status'>;

/** A trace to be merged; its figures are multiplied by its weight. */
export interface FlameTrace {
  readonly traceId: string;
  readonly weight: number;
  /** In the order of `spanTree`. */
  readonly nodes: readonly TreeNode<FlameSpan>[];
}

/** A span that a frame may open. */
interface Example {
  readonly traceId: string;
  readonly spanId: string;
  readonly durationMillis: number;
}

interface Draft extends Omit<FlameFrame, 'spanId' | 'traceId'> {
  count: number;
  failed: number;
  selfMillis: number;
  totalMillis: number;
  offsetMillis: number;
  readonly spans: Example[];
  readonly byKey: Map<string, Draft>;
  children: Draft[];
}

/** A flame graph. */
export interface FlameGraph {
  readonly totalMillis: number;
  /** In drawing order: callers before callees, the widest callee first. */
  readonly frames: readonly FlameFrame[];
}

/** Merges the spans of one trace into frames, each of which opens its longest span. */
export function flameGraph(nodes: readonly TreeNode<FlameSpan>[]): FlameGraph {
  return merge([{ traceId: '', weight: 1, nodes }], longest);
}

/** Merges the spans of several traces into frames, each of which opens the span that is nearest to the median of its spans. */
export function mergedFlameGraph(traces: readonly FlameTrace[]): FlameGraph {
  return merge(traces, nearestToMedian);
}

function merge(traces: readonly FlameTrace[], exampleOf: (spans: readonly Example[]) => Example): FlameGraph {
  const roots = new Map<string, Draft>();
  const made: Draft[] = [];
  for (const trace of traces) {
    const above: Draft[] = [];
    for (const node of trace.nodes) {
      const siblings = node.depth === 0 ? roots : (above[node.depth - 1]?.byKey ?? roots);
      above[node.depth] = merged(siblings, node, trace, made);
    }
  }
  // Callees come after their callers, so one reverse pass sums up.
  for (const draft of made.toReversed()) {
    draft.children = [...draft.byKey.values()];
    draft.totalMillis = draft.children.reduce((sum, child) => sum + child.totalMillis, draft.selfMillis);
    draft.children.sort((a, b) => b.totalMillis - a.totalMillis);
  }
  const top = [...roots.values()].sort((a, b) => b.totalMillis - a.totalMillis);
  return {
    totalMillis: top.reduce((sum, { totalMillis }) => sum + totalMillis, 0),
    frames: laidOut(top, exampleOf),
  };
}

function longest(spans: readonly Example[]): Example {
  return spans.reduce((best, span) => (span.durationMillis > best.durationMillis ? span : best));
}

function nearestToMedian(spans: readonly Example[]): Example {
  const sorted = spans.toSorted((a, b) => a.durationMillis - b.durationMillis);
  return sorted[(sorted.length - 1) >> 1]!;
}

function merged(
  siblings: Map<string, Draft>,
  { span, depth, selfMillis }: TreeNode<FlameSpan>,
  { traceId, weight }: FlameTrace,
  made: Draft[],
): Draft {
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
      depth,
      offsetMillis: 0,
      spans: [],
      byKey: new Map(),
      children: [],
    };
    siblings.set(key, draft);
    made.push(draft);
  }
  draft.count += weight;
  draft.failed += span.status === 'error' ? weight : 0;
  draft.selfMillis += Number.isFinite(selfMillis) ? selfMillis * weight : 0;
  draft.spans.push({ traceId, spanId: span.spanId, durationMillis: span.durationMillis });
  return draft;
}

function laidOut(
  top: readonly Draft[],
  exampleOf: (spans: readonly Example[]) => Example,
): readonly FlameFrame[] {
  const frames: FlameFrame[] = [];
  const stack = placed(top, 0);
  for (let draft = stack.pop(); draft !== undefined; draft = stack.pop()) {
    const { spans, byKey: _byKey, children, ...figures } = draft;
    const { traceId, spanId } = exampleOf(spans);
    frames.push({ ...figures, traceId, spanId });
    stack.push(...placed(children, draft.offsetMillis));
  }
  return frames;
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
