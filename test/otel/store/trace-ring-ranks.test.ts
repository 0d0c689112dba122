import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import type { KeepReason } from '../../../otel/query.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const AMPLE = { maxTraces: 1000, maxBytes: 16_777_216, now: () => 42 };

function add(ring: TraceRing, id: number, reason: KeepReason = 'probability', text = ''): void {
  const span = spanRecord({ reason, startMillis: START_MILLIS + id, attributes: { text } });
  ring.add(traceIdOf(id), [span], WHOLE);
}

describe('TraceRing with failed and slow traces', () => {
  it('keeps them through any number of ordinary ones', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 10 });
    for (let id = 1; id <= 4; id++) add(ring, id, id % 2 === 0 ? 'error' : 'slow');
    for (let id = 5; id <= 1000; id++) add(ring, id);
    expect([...ring.values()].map(({ traceId }) => traceId)).toEqual(
      [1, 2, 3, 4, 995, 996, 997, 998, 999, 1000].map(traceIdOf),
    );
  });

  it('evicts the oldest of them when they hold half of all traces, and leaves the other half to ordinary ones', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 10 });
    for (let id = 1; id <= 10; id++) add(ring, id);
    for (let id = 11; id <= 100; id++) add(ring, id, 'error');
    expect([...ring.values()].map(({ traceId }) => traceId)).toEqual(
      [6, 7, 8, 9, 10, 96, 97, 98, 99, 100].map(traceIdOf),
    );
  });

  it('limits them to half of all bytes while there are others', () => {
    const ring = new TraceRing({ ...AMPLE, maxBytes: 40_000 });
    for (let id = 1; id <= 100; id++) add(ring, id, 'error', `${id} ${'x'.repeat(900)}`);
    for (let id = 101; id <= 200; id++) add(ring, id);
    const failed = [...ring.values()].filter(({ keepReason }) => keepReason === 'error');
    const bytes = failed.reduce((sum, trace) => sum + trace.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(bytes).toBeGreaterThan(15_000);
    expect(ring.get(traceIdOf(200))).toBeDefined();
  });

  it('ranks a trace that fails late among them from then on', () => {
    const ring = new TraceRing({ ...AMPLE, maxTraces: 4 });
    add(ring, 1);
    ring.add(traceIdOf(1), [spanRecord({ reason: 'error', parentSpanId: spanIdOf(1) })], WHOLE);
    for (let id = 2; id <= 50; id++) add(ring, id);
    expect(ring.get(traceIdOf(1))?.spans).toHaveLength(2);
    ring.pin(traceIdOf(1), true);
    ring.pin(traceIdOf(1), false);
    add(ring, 51);
    expect(ring.get(traceIdOf(1))).toBeDefined();
  });

  it('stays within its bounds and opens the newest trace, whatever comes', () => {
    const step = fc.record({
      id: fc.integer({ min: 1, max: 40 }),
      reason: fc.constantFrom<KeepReason>('error', 'slow', 'probability', 'ancestor', 'late'),
      chars: fc.integer({ min: 0, max: 2000 }),
      pin: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 5_000, max: 30_000 }),
        (steps, maxTraces, maxBytes) => {
          const ring = new TraceRing({ ...AMPLE, maxTraces, maxBytes });
          for (const { id, reason, chars, pin } of steps) {
            add(ring, id, reason, 'x'.repeat(chars));
            expect(ring.get(traceIdOf(id))).toBeDefined();
            if (pin !== null) ring.pin(traceIdOf(id), pin);
            const { traces, bytes } = ring.facts();
            expect(traces).toBeLessThanOrEqual(maxTraces);
            const held = [...ring.values()].reduce((sum, trace) => sum + trace.bytes, 0);
            expect(bytes).toBe(held);
            // The last unpinned trace stays, whatever its size.
            if (traces - ring.pinned > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
