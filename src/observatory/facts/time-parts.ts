import type { OperationType, SampledSpan, SampledTrace } from '../../../otel/query.ts';
import { attributeOf, type SpanAttributes, threadOf } from '../trace/attribute-of.ts';
import { endOf, intersections, totalMillis, type WaitInterval } from '../trace/intervals.ts';
import { selfIntervals, selfTimeTree, type TreeNode, type TreeSpan } from '../trace/span-tree.ts';

const TIME_TO_FIRST_BYTE = 'operation.time_to_first_byte';
const LOOP_IDLE = 'operation.loop_idle';

/**
 * What a part of a request's time is: statements, renders, other spans, what ran in a worker thread, waiting for the event loop, sending what
 * follows the first byte; waiting for something without a span while the event loop slept; and the rest, the request's own: code without a span, or
 * waiting for something without one while others ran.
 */
export type PartKind = 'statement' | 'render' | 'span' | 'thread' | 'waiting' | 'sending' | 'asleep' | 'own';

/** A part of the time of a request of a route, the mean. */
export interface TimePart {
  readonly kind: PartKind;
  /** Of the operation; of what is none, those of the request. */
  readonly type: OperationType;
  readonly series: string;
  readonly name: string;
  /** Runs per request; 1 of what is no operation. */
  readonly count: number;
  readonly millis: number;
  /** Of the whole, 0–1; the shares of all parts add up to 1. */
  readonly share: number;
}

/** A trace of the route, and its share of all requests that the traces stand for. */
export interface WeighedTrace {
  readonly trace: SampledTrace;
  /** The request. */
  readonly unit: SampledSpan | undefined;
  readonly weight: number;
  /** Its spans as a tree. */
  readonly nodes: readonly TreeNode<SampledSpan>[];
}

/** When the spans of a trace waited for the event loop. */
export type WaitsOf = (trace: SampledTrace) => (span: SampledSpan) => readonly WaitInterval[];

interface Sent {
  readonly durationMillis: number;
  readonly attributes: SpanAttributes;
}

/** A span that may have waited. */
interface Slept extends TreeSpan {
  readonly attributes: SpanAttributes;
  readonly type: OperationType;
}

type Sum = Omit<TimePart, 'share' | 'count' | 'millis'> & { count: number; millis: number };

/** The parts of all time, most first. What no other part has is the request's own, so that they add up to the whole. */
export function timeParts(traces: readonly WeighedTrace[], waitsOf: WaitsOf): readonly TimePart[] {
  const sums = new Map<string, Sum>();
  let whole = 0;
  for (const each of traces) whole += addTrace(sums, each, waitsOf(each.trace));
  const others = [...sums.values()].filter(({ kind }) => kind !== 'own');
  const known = others.reduce((sum, { millis }) => sum + millis, 0);
  // Adjusted counts of statements are estimates, which may exceed the whole.
  const scale = known > whole ? whole / known : 1;
  const own = [...sums.values()].filter(({ kind }) => kind === 'own');
  for (const sum of own) sum.millis = Math.max(0, whole - known);
  return [...others.map((sum) => ({ ...sum, millis: sum.millis * scale })), ...own]
    .filter(({ millis, kind }) => millis > 0 || isOperation(kind))
    .map((sum) => ({ ...sum, share: whole > 0 ? sum.millis / whole : 0 }))
    .toSorted((a, b) => b.millis - a.millis);
}

export function isOperation(kind: PartKind): boolean {
  return kind === 'statement' || kind === 'render' || kind === 'span' || kind === 'thread';
}

/** Returns the time of the request, by its weight. */
function addTrace(
  sums: Map<string, Sum>,
  { trace, unit = trace.spans[0], weight, nodes }: WeighedTrace,
  waitsOf: ReturnType<WaitsOf>,
): number {
  if (unit === undefined) return 0;
  const request = { type: unit.type, series: unit.series, name: unit.name };
  for (const { span, waitedMillis, ...node } of nodesWithin(withWaits(trace, nodes, waitsOf), unit)) {
    if (waitedMillis > 0) add(sums, { kind: 'waiting', ...request }, waitedMillis * weight, weight);
    const selfMillis = millisWithin({ span, ...node }, unit);
    if (span === unit) {
      const sending = Math.min(selfMillis, sentMillis(span));
      if (sending > 0) add(sums, { kind: 'sending', ...request }, sending * weight, weight);
      const asleep = Math.min(
        selfMillis - sending,
        Math.max(0, sleptMillis({ span, waitedMillis, ...node }) - sending),
      );
      if (asleep > 0) add(sums, { kind: 'asleep', ...request }, asleep * weight, weight);
      add(sums, { kind: 'own', ...request }, (selfMillis - sending - asleep) * weight, weight);
    } else {
      // Kept in fewer traces than requests are, it stands for those of the others, too.
      const adjusted = weight * Math.max(1, (span.weight ?? 1) / (unit.weight ?? 1));
      const { type, series, name } = span;
      add(sums, { kind: kindOf(span), type, series, name }, selfMillis * adjusted, adjusted);
    }
  }
  return unit.durationMillis * weight;
}

function withWaits(
  { spans }: SampledTrace,
  nodes: readonly TreeNode<SampledSpan>[],
  waitsOf: ReturnType<WaitsOf>,
): readonly TreeNode<SampledSpan>[] {
  const waits = spans.flatMap(waitsOf);
  return waits.length === 0 ? nodes : selfTimeTree(spans, waits);
}

/** The request and what is below it: a trace may have others. */
function nodesWithin(
  nodes: readonly TreeNode<SampledSpan>[],
  unit: SampledSpan,
): readonly TreeNode<SampledSpan>[] {
  const from = nodes.findIndex(({ span }) => span === unit);
  const depth = nodes[from]?.depth ?? 0;
  const length = nodes.slice(from + 1).findIndex((node) => node.depth <= depth);
  return length < 0 ? nodes.slice(from) : nodes.slice(from, from + 1 + length);
}

/** What goes on after the request is none of its time. */
function millisWithin(node: Omit<TreeNode<SampledSpan>, 'waitedMillis'>, unit: SampledSpan): number {
  const { span, selfMillis } = node;
  if (span.startMillis >= unit.startMillis && endOf(span) <= endOf(unit)) return selfMillis;
  return Math.min(selfMillis, totalMillis(intersections(selfIntervals(node), [unit])));
}

function add(
  sums: Map<string, Sum>,
  part: Omit<TimePart, 'share' | 'count' | 'millis'>,
  millis: number,
  count: number,
): void {
  const key = isOperation(part.kind) ? `${part.kind} ${part.type} ${part.series}` : part.kind;
  const sum = sums.get(key) ?? { ...part, count: 0, millis: 0 };
  sum.count += count;
  sum.millis += millis;
  sums.set(key, sum);
}

function kindOf(span: Slept): PartKind {
  if (threadOf(span) !== undefined) return 'thread';
  if (span.type === 'database') return 'statement';
  return span.type === 'render' ? 'render' : 'span';
}

/**
 * For how long the event loop slept, at least, while a request waited for what has no span: what its spans may have waited for is taken off. Statements
 * and renders of the main thread do not let it sleep.
 */
export function sleptMillis<Span extends Slept>({ span, children }: TreeNode<Span>): number {
  const seconds = attributeOf(span.attributes, LOOP_IDLE);
  return typeof seconds !== 'number' ? 0 : Math.max(0, seconds * 1000 - waitingMillis(children));
}

function waitingMillis<Span extends Slept>(nodes: readonly TreeNode<Span>[]): number {
  return nodes.reduce((sum, { span, selfMillis, children }) => {
    const mayWait = kindOf(span) === 'thread' || kindOf(span) === 'span';
    return sum + (mayWait ? selfMillis : 0) + waitingMillis(children);
  }, 0);
}

/** The time of a request after the first byte. */
export function sentMillis({ durationMillis, attributes }: Sent): number {
  const seconds = attributeOf(attributes, TIME_TO_FIRST_BYTE);
  return typeof seconds === 'number' ? Math.max(0, durationMillis - seconds * 1000) : 0;
}
