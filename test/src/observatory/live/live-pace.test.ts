import { describe, expect, it } from '@jest/globals';
import { LivePace } from '../../../../src/observatory/live/live-pace.ts';

/** Rounds over pages of so many milliseconds each; returns the share of time that drawing took in the last one. */
function shareOf(pace: LivePace, costs: readonly number[], lateMillis = 0): number {
  let round = 0;
  for (let i = 0; i < 3; i++)
    round = costs.reduce((sum, cost, page) => sum + pace.drawn(`/${page}`, cost, lateMillis), 0);
  return costs.reduce((sum, cost) => sum + cost, 0) / round;
}

describe('LivePace', () => {
  it('draws a cheap page every second', () => {
    const pace = new LivePace();
    expect(pace.drawn('/a', 5, 0)).toBe(1000);
    expect(pace.intervalMillis).toBe(1000);
  });

  it('takes a bounded share of the event loop, however many pages are open', () => {
    expect(shareOf(new LivePace(), [10, 5, 1, 8, 9, 2, 20, 3, 4, 6])).toBeCloseTo(0.03, 5);
  });

  it('takes less while the loop is late, and more again when it is not', () => {
    const pace = new LivePace();
    const costs = [10, 10, 10, 10, 10];
    expect(shareOf(pace, costs, 20)).toBeCloseTo(0.015, 5);
    expect(shareOf(pace, costs)).toBeCloseTo(0.03, 2);
  });

  it('gives every page its turn in ten seconds, whatever that costs', () => {
    const pace = new LivePace();
    for (const page of ['/a', '/b']) pace.drawn(page, 60_000, 5_000);
    expect(pace.intervalMillis).toBe(10_000);
  });

  it('forgets a page that nobody looks at', () => {
    const pace = new LivePace();
    pace.drawn('/dear', 300, 0);
    pace.left('/dear');
    expect(pace.intervalMillis).toBe(1000);
  });
});
