import { endOf, type Interval } from './intervals.ts';

/** A segment of the critical path: self time of one span. */
export interface CriticalSegment<Node> extends Interval {
  readonly node: Node;
}

interface Placed<Node> {
  readonly span: Interval;
  readonly children: readonly Node[];
}

/**
 * The SDK starts a span at a whole millisecond and times its end exactly, so a span that waited for another may appear to start before
 * the other ended.
 */
const CLOCK_SKEW_MILLIS = 1;

/**
 * The critical path of a root, by time, without gaps or overlaps: walks back from its end to the child that ended last, then to the one
 * that ended last before that child started, and so on (CRISP, Zhang et al., USENIX ATC 2022).
 */
export function criticalPath<Node extends Placed<Node>>(root: Node): readonly CriticalSegment<Node>[] {
  const segments: CriticalSegment<Node>[] = [];
  const add = (node: Node, startMillis: number, end: number): void => {
    if (end <= startMillis) return;
    // Epoch milliseconds are exact to a quarter of a microsecond only; a whole span keeps its measured duration.
    const whole = startMillis === node.span.startMillis && end === endOf(node.span);
    segments.push({
      node,
      startMillis,
      durationMillis: whole ? node.span.durationMillis : end - startMillis,
    });
  };
  const stack: { readonly node: Node; readonly until: number }[] = [{ node: root, until: endOf(root.span) }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { node, until } = at;
    const { startMillis } = node.span;
    let cursor = Math.min(until, endOf(node.span));
    for (const child of [...node.children].sort((a, b) => endOf(b.span) - endOf(a.span))) {
      const ended = Math.min(endOf(child.span), endOf(node.span));
      const allowed = Math.min(CLOCK_SKEW_MILLIS, child.span.durationMillis / 2);
      const end = ended > cursor && ended - cursor < allowed ? cursor : ended;
      if (end > cursor || end <= startMillis) continue;
      add(node, end, cursor);
      stack.push({ node: child, until: end });
      cursor = Math.max(child.span.startMillis, startMillis);
    }
    add(node, startMillis, cursor);
  }
  return segments.sort((a, b) => a.startMillis - b.startMillis);
}
