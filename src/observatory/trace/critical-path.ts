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
 * The critical path of a root, by time: walks back from its end to the child that ended last, then to the one that ended last before that child
 * started, and so on (CRISP, Zhang et al., USENIX ATC 2022). Its segments partition the root. Of children that still ran when the next one
 * started, the one that ended first leads to it, up to that start: clocks and threads let both overlap. So a node has only
 * time that no child of its covers.
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
  const stack = [{ node: root, from: root.span.startMillis, until: endOf(root.span) }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { node, from } = at;
    let cursor = at.until;
    for (const { child, until } of pathOfChildren(node.children, from, cursor)) {
      add(node, until, cursor);
      cursor = Math.max(child.span.startMillis, from);
      stack.push({ node: child, from: cursor, until });
    }
    add(node, from, cursor);
  }
  return segments.sort((a, b) => a.startMillis - b.startMillis);
}

/** The children on the path between two times, the last one first, each with the time until which it is. */
function* pathOfChildren<Node extends Placed<Node>>(
  children: readonly Node[],
  from: number,
  until: number,
): Generator<{ readonly child: Node; readonly until: number }> {
  // Taken from its end: the last one to end first, and of several the last one to start.
  const left = [...children].sort(
    (a, b) => endOf(a.span) - endOf(b.span) || a.span.startMillis - b.span.startMillis,
  );
  /** Ended at the cursor or later, the one that ended first on top. */
  const running: Node[] = [];
  let cursor = until;
  while (cursor > from) {
    while (left.length > 0 && endOf(left.at(-1)!.span) >= cursor) running.push(left.pop()!);
    while (running.length > 0 && running.at(-1)!.span.startMillis >= cursor) running.pop();
    const child = running.pop() ?? left.pop();
    if (child === undefined) return;
    const ended = Math.min(endOf(child.span), cursor);
    if (ended <= Math.max(from, child.span.startMillis)) continue;
    yield { child, until: ended };
    cursor = child.span.startMillis;
  }
}
