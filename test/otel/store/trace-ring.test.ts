import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const AMPLE = { maxTraces: 1000, maxBytes: 16_777_216, now: () => 42 };

function fill(ring: TraceRing, from: number, to: number): void {
  for (let i = from; i <= to; i++) {
    ring.add(
      traceIdOf(i),
      [spanRecord({ name: `trace ${i}`, startMillis: START_MILLIS + i, durationMillis: 0 })],
      WHOLE,
    );
  }
}

describe('TraceRing', () => {
  it('holds at most maxTraces, evicts the oldest first, and records why', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 10 });
    fill(ring, 1, 100);
    expect([...ring.values()].map((trace) => trace.traceId)).toEqual(
      [91, 92, 93, 94, 95, 96, 97, 98, 99, 100].map(traceIdOf),
    );
    expect(ring.facts()).toMatchObject({
      traces: 10,
      maxTraces: 10,
      evicted: { count: 90, bytes: 0, age: 0 },
      oldestMillis: START_MILLIS + 91,
    });
    expect(ring.tombstone(traceIdOf(90))).toEqual({
      atMillis: 42,
      reason: 'count',
      name: 'trace 90',
      startMillis: START_MILLIS + 90,
    });
    expect(ring.tombstone(traceIdOf(91))).toBeUndefined();
  });

  it('holds at most maxBytes and counts those evictions separately', () => {
    const ring = new TraceRing({ ...AMPLE, maxBytes: 50_000 });
    fill(ring, 1, 1000);
    const facts = ring.facts();
    expect(facts.bytes).toBeLessThanOrEqual(50_000);
    expect(facts.bytes).toBeGreaterThan(45_000);
    expect(facts.evicted).toEqual({ count: 0, bytes: 1000 - facts.traces, age: 0 });
    expect(ring.get(traceIdOf(1000))?.head?.name).toBe('trace 1000');
  });

  it('merges a later fragment into its trace, in its position', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 3 });
    fill(ring, 1, 3);
    const late = spanRecord({ parentSpanId: spanIdOf(1), reason: 'late' });
    ring.add(traceIdOf(1), [late], { ...WHOLE, truncated: true });
    expect(ring.size).toBe(3);
    expect(ring.get(traceIdOf(1))?.spans).toHaveLength(2);
    expect(ring.get(traceIdOf(1))?.truncated).toBe(true);
    fill(ring, 4, 4);
    expect(ring.get(traceIdOf(1))).toBeUndefined();
  });

  it('stores late spans of an evicted trace as a truncated trace', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 1 });
    fill(ring, 1, 2);
    ring.add(traceIdOf(1), [spanRecord({ parentSpanId: spanIdOf(1), reason: 'late' })], WHOLE);
    expect(ring.get(traceIdOf(1))).toMatchObject({ truncated: true });
    expect(ring.get(traceIdOf(2))).toBeUndefined();
  });

  it('cuts a trace bigger than everything instead of emptying the ring', () => {
    const ring = new TraceRing({ ...AMPLE, maxBytes: 100_000 });
    fill(ring, 1, 50);
    const giant = Array.from({ length: 5000 }, (_, i) =>
      spanRecord({
        spanId: spanIdOf(10_000 + i),
        ...(i === 0 ? {} : { parentSpanId: spanIdOf(10_000) }),
        ...(i === 4000 ? { reason: 'error', failed: true } : {}),
      }),
    );
    ring.add(traceIdOf(999), giant, WHOLE);
    const trace = ring.get(traceIdOf(999));
    expect(trace?.bytes).toBeLessThanOrEqual(25_000);
    expect(trace?.head?.spanId).toBe(spanIdOf(10_000));
    expect(trace?.errorCount).toBe(1);
    expect((trace?.spans.length ?? 0) + (trace?.droppedSpans ?? 0)).toBe(5000);
    expect(ring.size).toBe(51);
    expect(ring.facts().evicted.bytes).toBe(0);
  });

  it('cuts a trace that grows span by span and never ends', () => {
    const ring = new TraceRing({ ...AMPLE, maxBytes: 100_000 });
    fill(ring, 1, 50);
    for (let i = 0; i < 3000; i++)
      ring.add(traceIdOf(999), [spanRecord({ parentSpanId: spanIdOf(1) })], WHOLE);
    expect(ring.get(traceIdOf(999))?.bytes).toBeLessThanOrEqual(25_000);
    expect(ring.size).toBe(51);
  });

  it('opens the newest trace even if one span is bigger than all bytes', () => {
    const ring = new TraceRing({ ...AMPLE, maxBytes: 100 });
    fill(ring, 1, 3);
    expect(ring.size).toBe(1);
    expect(ring.get(traceIdOf(3))?.spans).toHaveLength(1);
  });

  it('evicts expired traces, and only those', () => {
    const ring = new TraceRing(AMPLE);
    fill(ring, 1, 10);
    expect(ring.evictOlderThan(START_MILLIS + 4)).toBe(3);
    expect(ring.evictOlderThan(START_MILLIS + 4)).toBe(0);
    expect(ring.facts()).toMatchObject({ traces: 7, evicted: { count: 0, bytes: 0, age: 3 } });
    expect(ring.tombstone(traceIdOf(3))?.reason).toBe('age');
    expect(ring.evictOlderThan(Infinity)).toBe(7);
    expect(ring.facts()).toMatchObject({ traces: 0, bytes: 0, oldestMillis: undefined });
    fill(ring, 11, 12);
    expect(ring.size).toBe(2);
  });

  it('bounds its tombstones', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 10 });
    fill(ring, 1, 100);
    expect(ring.tombstone(traceIdOf(71))).toBeDefined();
    expect(ring.tombstone(traceIdOf(70))).toBeUndefined();
  });

  it('records which traces were exported', () => {
    const ring = new TraceRing(AMPLE);
    fill(ring, 1, 1);
    expect(ring.markExported(traceIdOf(1))).toBe(true);
    expect(ring.markExported(traceIdOf(2))).toBe(false);
    expect(ring.get(traceIdOf(1))?.exported).toBe(true);
  });

  it('rejects invalid bounds', () => {
    expect(() => new TraceRing({ ...AMPLE, maxTraces: 0 })).toThrow(
      new RangeError('maxTraces must be at least 1, not 0'),
    );
    expect(() => new TraceRing({ ...AMPLE, maxBytes: NaN })).toThrow(
      new RangeError('maxBytes must be at least 1, not NaN'),
    );
  });

  it('keeps its bounds and its counts right through any sequence of steps', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('add'),
          id: fc.nat(40),
          spans: fc.integer({ min: 1, max: 12 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constantFrom('pin', 'unpin'), id: fc.nat(40), spans: fc.constant(0) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('age'), id: fc.nat(40), spans: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (steps, maxTraces) => {
        const maxBytes = 40_000;
        const ring = new TraceRing({ maxTraces, maxBytes, now: () => 0 });
        const pinned = new Set<string>();
        for (const { do: action, id, spans } of steps) {
          const traceId = traceIdOf(id);
          if (action === 'add') {
            const records = Array.from({ length: spans }, () =>
              spanRecord({ startMillis: START_MILLIS + id, durationMillis: 0 }),
            );
            ring.add(traceId, records, WHOLE);
            expect(ring.get(traceId) !== undefined || ring.tombstone(traceId) !== undefined).toBe(true);
          } else if (action === 'age') {
            ring.evictOlderThan(START_MILLIS + id);
          } else if (ring.pin(traceId, action === 'pin')) {
            if (action === 'pin') pinned.add(traceId);
            else pinned.delete(traceId);
          }
          const all = [...ring.values()];
          expect(ring.size).toBeLessThanOrEqual(maxTraces);
          expect(ring.bytes).toBeLessThanOrEqual(maxBytes);
          expect(ring.bytes).toBe(all.reduce((sum, trace) => sum + trace.bytes, 0));
          expect(
            all
              .filter((trace) => trace.pinned)
              .map((trace) => trace.traceId)
              .sort(),
          ).toEqual([...pinned].sort());
          expect(ring.pinned).toBe(pinned.size);
        }
      }),
      { numRuns: 150, seed: 20260101 },
    );
  });
});
