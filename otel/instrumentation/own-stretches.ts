import type { EndedSpan } from '../spans/operation.ts';
import type { Stretch } from './alone-times.ts';

/** Of a request with many child spans; the longest. */
const MAX_STRETCHES = 500;

/**
 * When a request ran or waited in none of its child spans. Times of its trace are on one line, which a step of the clock does not change, and are
 * moved to its monotonic start.
 *
 * @param operations Of its trace.
 */
export function ownStretches(
  request: EndedSpan,
  operations: readonly EndedSpan[],
  startNanos: number,
): readonly Stretch[] {
  const { spanId, durationNanos } = request;
  const beganMillis = startMillisOf(request);
  const nanosAt = (millis: number): number => startNanos + (millis - beganMillis) * 1e6;
  const endNanos = startNanos + durationNanos;
  const children = operations
    .filter(({ parentSpanId }) => parentSpanId === spanId)
    .map((each) => ({ fromNanos: nanosAt(startMillisOf(each)), toNanos: nanosAt(each.endMillis) }))
    .sort((a, b) => a.fromNanos - b.fromNanos);
  const own: Stretch[] = [];
  let cursor = startNanos;
  for (const { fromNanos, toNanos } of [...children, { fromNanos: endNanos, toNanos: endNanos }]) {
    const end = Math.min(fromNanos, endNanos);
    if (end > cursor) own.push({ fromNanos: cursor, toNanos: end });
    cursor = Math.max(cursor, toNanos);
  }
  return own.length > MAX_STRETCHES ? longest(own) : own;
}

/** The parts of `own` that are in `others`, both in order and without overlaps. */
export function commonStretches(own: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  const common: Stretch[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const [a, b] = [own[left], others[right]];
    if (a === undefined || b === undefined) return common;
    const fromNanos = Math.max(a.fromNanos, b.fromNanos);
    const toNanos = Math.min(a.toNanos, b.toNanos);
    if (toNanos > fromNanos) common.push({ fromNanos, toNanos });
    if (a.toNanos < b.toNanos) left++;
    else right++;
  }
}

export function nanosIn(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { fromNanos, toNanos }) => sum + toNanos - fromNanos, 0);
}

function longest(stretches: readonly Stretch[]): readonly Stretch[] {
  return stretches
    .toSorted((a, b) => nanosIn([b]) - nanosIn([a]))
    .slice(0, MAX_STRETCHES)
    .sort((a, b) => a.fromNanos - b.fromNanos);
}

function startMillisOf({ endMillis, durationNanos }: EndedSpan): number {
  return endMillis - durationNanos / 1e6;
}
