import { describe, expect, it, jest } from '@jest/globals';
import { CostMeter, ownCostOf, ALL_OVER_SEEN, WorkSample } from '../../../otel/base/cost-meter.ts';

describe('WorkSample', () => {
  it('extrapolates from the sample to all', () => {
    const sample = new WorkSample(4);
    let now = 1;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    for (let i = 0; i < 400; i++) {
      const since = sample.begin();
      now += 0.003;
      if (since !== 0) sample.end(since, 1000);
    }
    clock.mockRestore();
    expect(sample.seen).toBe(400);
    expect(sample.totalNanos).toBeCloseTo(400 * 2000, -2);
  });

  it('costs the same on a machine that interrupts it', () => {
    const quiet = new WorkSample(1);
    const busy = new WorkSample(1);
    for (let i = 0; i < 10_000; i++) {
      const nanos = 1000 + (i % 7) * 100;
      quiet.addAll(nanos, 1);
      busy.addAll(i % 10 === 9 && i > 100 ? 4_000_000 : nanos, 1);
    }
    expect(busy.totalNanos / quiet.totalNanos).toBeGreaterThan(0.97);
    expect(busy.totalNanos / quiet.totalNanos).toBeLessThan(1.03);
  });

  it('follows work that has become more expensive', () => {
    const sample = new WorkSample(1);
    for (let i = 0; i < 100; i++) sample.addAll(1000, 1);
    for (let i = 0; i < 100_000; i++) sample.addAll(20_000, 1);
    expect(sample.totalNanos / (100_000 * 20_000)).toBeGreaterThan(0.99);
  });

  it('uses the median while there are few', () => {
    const sample = new WorkSample(1);
    for (const nanos of [900_000, 2000, 1000, 2000, 3000]) sample.addAll(nanos, 1);
    expect(sample.totalNanos).toBe(5 * 2000);
  });

  it('is 0 before anything was measured', () => expect(new WorkSample(1).totalNanos).toBe(0));
});

describe('CostMeter', () => {
  it('adds up making, handling and background work', () => {
    const cost = new CostMeter();
    cost.requestStart.addAll(5000, 1);
    cost.statement.addAll(2000, 4);
    cost.handled(30_000, 20, 10);
    expect(cost.background(() => 'written')).toBe('written');
    const totals = cost.totals();
    expect(totals.operations).toBe(10);
    expect(totals.makingNanos).toBeCloseTo(7000);
    expect(totals.handlingNanos).toBeCloseTo(30_000);
    expect(totals.unseenNanos).toBeCloseTo((ALL_OVER_SEEN.own - 1) * 37_000);
    // One wake-up for that work, plus the others.
    expect(totals.backgroundNanos).toBeGreaterThanOrEqual(40_000);
    expect(cost.totals(100).backgroundNanos - totals.backgroundNanos).toBeCloseTo(100 * 40_000);
    expect(() =>
      cost.background(() => {
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
  });

  it('is a share of the CPU time of the process, and its shares add up to it', () => {
    const totals = {
      makingNanos: 4e6,
      handlingNanos: 5e6,
      backgroundNanos: 1e6,
      unseenNanos: 9e6,
      operations: 9000,
    };
    expect(ownCostOf(totals, { user: 150_000, system: 50_000 }, 190)).toEqual({
      isEarly: false,
      nanosPerSpan: 2000,
      cpuShare: 0.095,
      coreShare: 0.0001,
      shares: { making: 0.02, handling: 0.025, background: 0.005, unseen: 0.045 },
    });
    expect(ownCostOf({ ...totals, operations: 0 }).nanosPerSpan).toBe(18e6);
    const isEarly = (operations: number, uptimeSeconds: number): boolean =>
      ownCostOf({ ...totals, operations }, { user: 1, system: 1 }, uptimeSeconds).isEarly;
    expect([isEarly(9000, 119), isEarly(199, 5000), isEarly(200, 120)]).toEqual([true, true, false]);
  });
});
