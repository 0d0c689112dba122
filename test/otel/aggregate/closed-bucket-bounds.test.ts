import { describe, expect, it } from '@jest/globals';
import { ClosedBucketBudget } from '../../../otel/aggregate/closed-bucket-budget.ts';
import type { ClosedBucket } from '../../../otel/aggregate/closed-bucket.ts';
import { RollUpQueue } from '../../../otel/aggregate/roll-ups.ts';
import { TieredSeries, type OnClose } from '../../../otel/aggregate/tiers.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** One operation in each of `times`, so that every bucket but the last is closed. */
function recordAt(series: TieredSeries, times: readonly number[]): void {
  for (const endMillis of times) {
    series.record({
      type: 'http',
      series: 'GET /',
      endMillis,
      durationNanos: 5e6,
      failed: false,
      clientError: false,
      aborted: false,
    });
    series.flush(endMillis - (endMillis % SECOND));
  }
}

function startsOf(series: TieredSeries, tier: number): number[] {
  const starts: number[] = [];
  series.read(tier, 0, Infinity, (startMillis) => starts.push(startMillis));
  return starts;
}

const everySecond = (count: number) => Array.from({ length: count }, (_, i) => START + i * SECOND);

describe('ClosedBucketBudget', () => {
  /** Two series under one budget of so many buckets of one duration each. */
  function budgetOf(buckets: number) {
    let bucketBytes = 0;
    const measure: OnClose = (_tier, _series, bucket: ClosedBucket) => (bucketBytes = bucket.bytes);
    recordAt(new TieredSeries('http', measure), everySecond(2));
    const maxBytes = buckets * bucketBytes;
    const budget = new ClosedBucketBudget(maxBytes);
    const close: OnClose = (tier, series, bucket) => budget.add(tier, series, bucket);
    return { budget, maxBytes, one: new TieredSeries('http', close), two: new TieredSeries('render', close) };
  }

  it('over its bytes lets the oldest seconds of all series go, counts them, and keeps the coarse tiers', () => {
    const { budget, maxBytes, one, two } = budgetOf(8);
    recordAt(one, everySecond(6));
    expect(budget.evicted).toBe(0);
    recordAt(two, everySecond(12));
    // One bucket of ten seconds and eleven seconds of the second series, five seconds of the first: seventeen for eight places.
    expect(budget.evicted).toBe(9);
    expect(budget.bytes).toBe(maxBytes);
    expect(startsOf(one, 0)).toEqual([START + 5 * SECOND]);
    expect(startsOf(two, 0)).toEqual(everySecond(12).slice(4));
    expect(startsOf(two, 1)).toEqual([START, START + 10 * SECOND]);
  });

  it('stays within bytes that hold no bucket at all', () => {
    const { budget, one } = budgetOf(0.5);
    recordAt(one, everySecond(3000));
    // 2999 seconds, 299 of ten seconds and 49 minutes were closed.
    expect(budget).toMatchObject({ bytes: 0, evicted: 2999 + 299 + 49 });
    expect(startsOf(one, 0)).toEqual([START + 2999 * SECOND]);
  });
});

describe('RollUpQueue', () => {
  it('holds 20,000 for a disk that stands still, counts what it lost, and keeps the newest', () => {
    const queue = new RollUpQueue();
    queue.open();
    const series = new TieredSeries('http', () => {});
    recordAt(series, [START, START + HOUR]);
    const bucket = series.openBucket(1)!;
    for (let i = 0; i < 20_000; i++) queue.add(3, series, bucket);
    expect(queue.lost).toBe(0);
    const newest = series.openBucket(3)!;
    for (let i = 0; i < 5; i++) queue.add(1, series, newest);
    expect(queue.lost).toBe(5);
    const waiting = queue.take(Infinity);
    expect(waiting).toHaveLength(20_000);
    expect(waiting.slice(-6).map(({ tier }) => tier)).toEqual([3, 1, 1, 1, 1, 1]);
    expect(queue.take(1)).toEqual([]);
  });
});
