import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { OwedAncestors } from '../../../otel/sampling/ancestors.ts';
import { StormExamples } from '../../../otel/sampling/policies/storm-examples.ts';
import { policySetOf } from '../../../otel/sampling/policy-set.ts';
import { DEFAULT_STORM_LIMITS } from '../../../otel/sampling/policies/storm-limits.ts';
import { DEFAULT_BUFFER_LIMITS } from '../../../otel/sampling/sampling-limits.ts';
import { TraceBuffer } from '../../../otel/sampling/trace-buffer.ts';
import type { PendingTrace } from '../../../otel/sampling/pending-trace.ts';
import { failedRequest } from './ended-span-fixture.ts';
import { settingsOf } from './processor-fixture.ts';

const POLICIES = policySetOf(settingsOf(0.1));
const idOf = (i: number): string => i.toString(16).padStart(32, '0');
const contextOf = (i: number) => ({ traceId: idOf(i), spanId: 'b7ad6b7169203331', traceFlags: 1 });
function decided(buffer: TraceBuffer, i: number, live = 0): PendingTrace {
  const trace = buffer.open(contextOf(i), 0);
  for (let n = 0; n < live; n++) buffer.countStart(trace);
  buffer.settle(trace);
  return trace;
}

describe('TraceBuffer', () => {
  it('returns the oldest trace while it holds too many traces, spans or bytes', () => {
    const many = new TraceBuffer({ maxTraces: 2 });
    for (let i = 0; i < 3; i++) many.open(contextOf(i), 0);
    expect(many.overflowing()?.traceId).toBe(idOf(0));
    many.settle(many.overflowing()!);
    expect(many.overflowing()).toBeUndefined();

    const spans = new TraceBuffer({ maxPendingSpans: 4 });
    for (let i = 0; i < 5; i++) spans.hold(spans.open(contextOf(i % 2), 0), failedRequest({}), 1000);
    expect(spans.overflowing()?.traceId).toBe(idOf(0));
    spans.settle(spans.overflowing()!);
    expect([spans.overflowing(), spans.facts().pendingSpans]).toEqual([undefined, 2]);

    const bytes = new TraceBuffer({ maxPendingBytes: 50_000 });
    for (let i = 0; i < 6; i++) bytes.hold(bytes.open(contextOf(i), 0), failedRequest({}), 10_500);
    expect(bytes.facts().pendingBytes).toBe(63_000);
    while (bytes.overflowing() !== undefined) bytes.settle(bytes.overflowing()!);
    expect(bytes.facts().pendingBytes).toBeLessThanOrEqual(50_000);
    expect(bytes.facts().pendingSpans).toBe(4);
  });

  it('remembers the newest verdicts, those of running traces separately from completed ones', () => {
    const buffer = new TraceBuffer({ maxVerdicts: 3, maxOpenVerdicts: 2 });
    const running = [decided(buffer, 100, 1), decided(buffer, 101, 1)];
    for (let i = 0; i < 10; i++) decided(buffer, i);
    expect(buffer.facts()).toMatchObject({ openVerdicts: 2, verdicts: 3, traces: 0 });
    expect([7, 8, 9].every((i) => buffer.find(idOf(i)) !== undefined)).toBe(true);
    expect(buffer.find(idOf(6))).toBeUndefined();
    expect(buffer.find(idOf(100))).toBe(running[0]);
    decided(buffer, 102, 1);
    expect(buffer.find(idOf(100))).toBeUndefined();
    buffer.countEnd(running[1]!);
    expect(buffer.facts()).toMatchObject({ openVerdicts: 1, verdicts: 3 });
  });

  it('forgets a trace id that was decided twice only with its newer verdict', () => {
    const buffer = new TraceBuffer({ maxVerdicts: 2 });
    decided(buffer, 1);
    decided(buffer, 2);
    decided(buffer, 1);
    decided(buffer, 3);
    expect(buffer.find(idOf(1))).toBeDefined();
    expect(buffer.find(idOf(2))).toBeUndefined();
  });

  it('keeps its counts right under any sequence of steps', () => {
    const step = fc.record({
      what: fc.constantFrom('open', 'start', 'end', 'hold', 'settle'),
      of: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const buffer = new TraceBuffer({ maxVerdicts: 3, maxOpenVerdicts: 2 });
        for (const { what, of } of steps) {
          const known = buffer.find(idOf(of));
          if (what === 'open') buffer.open(contextOf(of), 0);
          else if (known === undefined) continue;
          else if (what === 'start') buffer.countStart(known);
          else if (what === 'end') buffer.countEnd(known);
          else if (known.isDecided) continue;
          else if (what === 'hold') buffer.hold(known, failedRequest({}), of);
          else buffer.settle(known);
        }
        const held = Array.from({ length: 13 }, (_, i) => buffer.find(idOf(i))).filter(
          (one) => one !== undefined,
        );
        const waiting = held.filter((one) => !one.isDecided);
        const facts = buffer.facts();
        expect(facts.traces).toBe(waiting.length);
        expect(facts.pendingSpans).toBe(waiting.reduce((sum, one) => sum + one.operations.length, 0));
        expect(facts.pendingBytes).toBe(waiting.reduce((sum, one) => sum + one.pendingBytes, 0));
        expect(facts.openVerdicts).toBe(held.filter((one) => one.isDecided && one.live > 0).length);
        expect(facts.verdicts).toBe(held.filter((one) => one.isDecided && one.live === 0).length);
        expect(facts.verdicts <= 3 && facts.openVerdicts <= 2).toBe(true);
        expect(new Set(buffer.overdue(Infinity))).toEqual(new Set(waiting));
      }),
      { numRuns: 300 },
    );
  });
});

describe('OwedAncestors', () => {
  it('drops the oldest id of the trace beyond its own cap or the total cap, and counts it', () => {
    const budget = { max: 5, maxPerTrace: 3, held: 0, forgotten: 0 };
    const [a, b] = [new OwedAncestors(budget), new OwedAncestors(budget)];
    for (const id of ['1', '2', '3', '4']) a.add(id);
    expect([a.size, a.delete('1'), budget.forgotten]).toEqual([3, false, 1]);
    for (const id of ['5', '6', '7']) b.add(id);
    expect([a.size, b.size, budget.held, budget.forgotten]).toEqual([3, 2, 5, 2]);
    new OwedAncestors(budget).add('8');
    expect([budget.held, budget.forgotten]).toEqual([5, 3]);
    a.clear();
    expect([budget.held, b.delete('7'), b.delete('7'), budget.held]).toEqual([2, true, false, 1]);
  });
});

describe('a completely dropped trace', () => {
  it('is remembered by id, for the most recent ones, with the policies that dropped it', () => {
    const buffer = new TraceBuffer({ maxDroppedTraces: 3 });
    for (let i = 1; i <= 5; i++) buffer.retire(Object.assign(decided(buffer, i), { decidedBy: POLICIES }));
    expect([0, 1, 2, 3, 4, 5].map((i) => buffer.seen(idOf(i)))).toEqual([
      undefined,
      undefined,
      undefined,
      'never-kept',
      'never-kept',
      'never-kept',
    ]);
    expect(buffer.facts()).toMatchObject({ verdicts: 0, droppedTraces: 3 });
    expect(buffer.unheld(contextOf(5)).decidedBy).toBe(POLICIES);
    expect(buffer.unheld(contextOf(1)).decidedBy).toBeUndefined();
  });

  it('is one that is completed and neither kept nor exported', () => {
    const buffer = new TraceBuffer({});
    const isExported = { reason: 'probability', policy: undefined, threshold: undefined } as const;
    for (const change of [{ keptAny: true }, { exports: isExported }]) {
      const kept = Object.assign(decided(buffer, 3), change);
      buffer.retire(kept);
      expect(buffer.find(idOf(3))).toBe(kept);
    }
    const running = decided(buffer, 4, 1);
    buffer.retire(running);
    expect(buffer.find(idOf(4))).toBe(running);
  });
});

describe('caches', () => {
  it('take no example beyond their cap until the minute is over', () => {
    const examples = new StormExamples(2);
    const take = (n: number, nanos: number): boolean => examples.take('GET /', `${n}`, nanos);
    expect([take(1, 0), take(1, 0), take(2, 0), take(3, 0), examples.size]).toEqual([
      true,
      false,
      true,
      false,
      2,
    ]);
    expect([take(3, 60e9), examples.size]).toEqual([true, 1]);
  });

  it('have no missing limit', () => {
    for (const [name, limit] of Object.entries({ ...DEFAULT_BUFFER_LIMITS, ...DEFAULT_STORM_LIMITS })) {
      expect({ name, isBound: Number.isInteger(limit) && limit > 0 && limit <= 2 ** 22 }).toEqual({
        name,
        isBound: true,
      });
    }
  });
});
