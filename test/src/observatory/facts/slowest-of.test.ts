import { describe, expect, it } from '@jest/globals';
import { bucketUpperNanos, DurationSketch } from '../../../../otel/aggregate/duration-sketch.ts';
import type { HeatMap, SeriesSummary } from '../../../../otel/query.ts';
import { LEAST_REQUESTS, lowerRank, slowestOf } from '../../../../src/observatory/facts/slowest-route.ts';

const RANGE = { fromMillis: 0, toMillis: 3_600_000 };

/** Uniform numbers below 1, the same ones for a seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Routes whose requests are counted in the sketches that the blog has, too. */
class CountedRoutes {
  readonly #sketches = new Map<string, DurationSketch>();

  add(name: string, millis: number): void {
    const sketch = this.#sketches.get(name) ?? new DurationSketch();
    this.#sketches.set(name, sketch);
    sketch.add(millis * 1e6);
  }

  slowest(): string | undefined {
    const rows = [...this.#sketches].map(([name, sketch]) => summaryOf(name, sketch));
    const heatMap = (_type: string, _range: unknown, options?: { readonly series?: string }): HeatMap =>
      mapOf(this.#sketches.get(options?.series ?? '')!);
    return slowestOf({ heatMap }, RANGE, rows)?.name;
  }
}

function summaryOf(name: string, sketch: DurationSketch): SeriesSummary {
  const [p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0] = sketch
    .quantilesNanos([0.5, 0.75, 0.9, 0.95, 0.99])
    .map((nanos) => nanos / 1e6);
  return {
    type: 'http',
    name,
    count: sketch.count,
    errors: 0,
    clientErrors: 0,
    aborted: 0,
    slow: 0,
    kept: 0,
    rate: 1,
    totalMillis: sketch.sumNanos / 1e6,
    durationMillis: { avg: 0, min: 0, max: sketch.maxNanos / 1e6, p50, p75, p90, p95, p99 },
  };
}

/** One column, a band for each bucket. */
function mapOf(sketch: DurationSketch): HeatMap {
  const buckets: [number, number][] = [];
  sketch.forEachBucket((bucket, count) => buckets.push([bucket, count]));
  const [first = 0, last = 0] = [buckets[0]?.[0], buckets.at(-1)?.[0]];
  const counts = Array<number>(last - first + 1).fill(0);
  for (const [bucket, count] of buckets) counts[bucket - first] = count;
  const bandEdgesMillis = Array.from(
    { length: counts.length + 1 },
    (_, at) => bucketUpperNanos(first + at - 1) / 1e6,
  );
  return { bandEdgesMillis, columns: [{ startMillis: 0, widthMillis: 1, counts }] };
}

/** The probability that at most `most` of `count` fair coins fall on one side. */
function atMost(most: number, count: number): number {
  let [term, sum] = [0.5 ** count, 0];
  for (let k = 0; k <= most; k++) {
    sum += term;
    term *= (count - k) / (k + 1);
  }
  return sum;
}

describe('lowerRank', () => {
  it('is above the median one time in forty at most, and of few requests as high as that allows, or one less', () => {
    for (let count = 1; count <= 1000; count++) {
      const rank = lowerRank(count);
      expect(atMost(rank - 1, count)).toBeLessThanOrEqual(rank === 0 ? 0 : 0.026);
      expect(atMost(rank + 1, count)).toBeGreaterThan(0.025);
      expect(rank > 0).toBe(count >= LEAST_REQUESTS);
    }
  });
});

describe('slowestOf', () => {
  it('names a route of 19 requests that all are slow, not a busy one with a longer p95 than its usual ones', () => {
    const routes = new CountedRoutes();
    for (let at = 0; at < 612; at++) routes.add('GET /word-count', at % 20 === 0 ? 320 : 99);
    for (let at = 0; at < 19; at++) routes.add('GET /takeout', 430 + (at * 1270) / 18);
    expect(routes.slowest()).toBe('GET /takeout');
  });

  it('names no route for one slow request, however slow, nor for a few of many', () => {
    const routes = new CountedRoutes();
    for (let at = 0; at < 50; at++) routes.add('GET /usual', 20);
    routes.add('GET /once', 60_000);
    for (let at = 0; at < 5; at++) routes.add('GET /cold', 2);
    routes.add('GET /cold', 60_000);
    for (let at = 0; at < 100; at++) routes.add('GET /some', at % 3 === 0 ? 60_000 : 2);
    expect(routes.slowest()).toBe('GET /usual');
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('settles while requests come one by one, and stays: seed %i', (seed) => {
    const next = numbersFrom(seed);
    const routes = new CountedRoutes();
    /** Of any width: from a third to three times the median, one in thirty ten times as slow. */
    const around = (median: number): number => median * 3 ** (2 * next() - 1) * (next() < 1 / 30 ? 10 : 1);
    let changes = 0;
    let before: string | undefined;
    for (let at = 0; at < 3000; at++) {
      const which = next();
      if (which < 0.01) routes.add('GET /takeout', around(600));
      else if (which < 0.2) routes.add('GET /count', around(100));
      else if (which < 0.5) routes.add('GET /list', next() < 0.25 ? around(130) : around(6));
      else routes.add('GET /', around(2));
      const slowest = routes.slowest();
      if (slowest !== before) changes++;
      before = slowest;
    }
    expect(before).toBe('GET /takeout');
    expect(changes).toBeLessThanOrEqual(4);
  });
});
