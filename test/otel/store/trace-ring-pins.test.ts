import { describe, expect, it } from '@jest/globals';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { spanIdOf, spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

function ringWith(count: number, options: { maxTraces?: number; maxBytes?: number } = {}): TraceRing {
  const ring = new TraceRing({ maxTraces: 20, maxBytes: 1_000_000, now: () => 0, ...options });
  fill(ring, 1, count);
  return ring;
}

function fill(ring: TraceRing, from: number, to: number): void {
  for (let i = from; i <= to; i++) ring.add(traceIdOf(i), [spanRecord()], WHOLE);
}

describe('pins of TraceRing', () => {
  it('exempt a trace from eviction', () => {
    const ring = ringWith(20);
    expect(ring.pin(traceIdOf(1), true)).toBe(true);
    fill(ring, 21, 500);
    expect(ring.get(traceIdOf(1))?.pinned).toBe(true);
    expect(ring.size).toBe(20);
    expect(ring.get(traceIdOf(500))).toBeDefined();
  });

  it('are limited to a tenth of the traces', () => {
    const ring = ringWith(20);
    expect([1, 2, 3].map((i) => ring.pin(traceIdOf(i), true))).toEqual([true, true, false]);
    ring.pin(traceIdOf(1), false);
    expect(ring.pin(traceIdOf(3), true)).toBe(true);
    expect(ring.pinned).toBe(2);
  });

  it('are limited to a quarter of the bytes', () => {
    const ring = new TraceRing({ maxTraces: 1000, maxBytes: 40_000, now: () => 0 });
    for (let i = 1; i <= 6; i++) {
      ring.add(
        traceIdOf(i),
        Array.from({ length: 8 }, () => spanRecord()),
        WHOLE,
      );
    }
    expect([1, 2, 3, 4, 5].map((i) => ring.pin(traceIdOf(i), true))).toContain(false);
    const pinnedBytes = [...ring.values()]
      .filter((trace) => trace.pinned)
      .reduce((sum, trace) => sum + trace.bytes, 0);
    expect(pinnedBytes).toBeLessThanOrEqual(10_000);
    expect(pinnedBytes).toBeGreaterThan(0);
  });

  it('do not let a pinned trace grow beyond their share', () => {
    const ring = ringWith(5, { maxBytes: 40_000 });
    ring.pin(traceIdOf(1), true);
    for (let i = 0; i < 500; i++) ring.add(traceIdOf(1), [spanRecord({ parentSpanId: spanIdOf(1) })], WHOLE);
    expect(ring.get(traceIdOf(1))?.bytes).toBeLessThanOrEqual(10_000);
    expect(ring.get(traceIdOf(5))).toBeDefined();
    fill(ring, 6, 200);
    expect(ring.bytes).toBeLessThanOrEqual(40_000);
    expect(ring.get(traceIdOf(1))?.pinned).toBe(true);
  });

  it('return false for a missing trace, and true when repeated', () => {
    const ring = ringWith(2);
    expect(ring.pin(traceIdOf(99), true)).toBe(false);
    expect(ring.pin(traceIdOf(1), true)).toBe(true);
    expect(ring.pin(traceIdOf(1), true)).toBe(true);
    expect(ring.pinned).toBe(1);
  });

  it('when removed make the trace the newest, which is evicted in its turn', () => {
    const ring = ringWith(20);
    ring.pin(traceIdOf(1), true);
    fill(ring, 21, 100);
    expect(ring.pin(traceIdOf(1), false)).toBe(true);
    fill(ring, 101, 119);
    expect(ring.get(traceIdOf(1))).toBeDefined();
    fill(ring, 120, 120);
    expect(ring.get(traceIdOf(1))).toBeUndefined();
    expect(ring.tombstone(traceIdOf(1))?.reason).toBe('count');
  });

  it('are not possible in a ring of one', () => {
    const ring = ringWith(1, { maxTraces: 1 });
    expect(ring.pin(traceIdOf(1), true)).toBe(false);
  });
});
