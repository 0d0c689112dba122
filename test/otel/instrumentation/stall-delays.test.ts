import { describe, expect, it } from '@jest/globals';
import { delayedRequests, startOfStall } from '../../../otel/instrumentation/stall-delays.ts';
import { seen, type RequestSketch } from './seen-requests.ts';

const STALL = { startNanos: 1e9, endNanos: 3e9 };

/** Of the first request: how long it waited in all, and within its span from when on. */
function waitOf(first: RequestSketch, ...others: readonly RequestSketch[]) {
  const all = [first, ...others].map(seen);
  const { spanId } = all[0]!.request.span.spanContext();
  const found = delayedRequests(STALL, all, undefined).delayed.find((each) => each.spanId === spanId);
  return found && [found.waitedMillis, found.within?.sinceMillis, found.within?.millis];
}

describe('a request waited for a stall from 1000 to 3000 ms', () => {
  it.each<[string, RequestSketch, readonly number[] | undefined]>([
    ['not if it had ended before', { from: 200, to: 900 }, undefined],
    ['not for the few milliseconds that nobody can tell', { from: 200, to: 1015 }, undefined],
    ['until its end', { from: 200, to: 1600 }, [600, 800, 600]],
    ['all of it, across', { from: 900, to: 9000 }, [2000, 100, 2000]],
    ['all of it, if it is still open', { from: 900 }, [2000, 100, 2000]],
    ['for the rest, within', { from: 1500, to: 2500 }, [1500, 0, 1000]],
    ['at most all of it before it began, if it was read afterwards', { from: 3005, to: 3200 }, [2000, 0, 0]],
  ])('%s', (_, request, expected) => {
    expect(waitOf(request)).toEqual(expected);
  });

  it('no longer than since the answer before on its connection', () => {
    const before = { from: 900, to: 2600, port: 7, answered: 2500 };
    expect(waitOf({ from: 3005, port: 7 }, before)).toEqual([500, 0, 0]);
    expect(waitOf({ from: 3005, port: 7 }, { ...before, answered: 2995 })).toBeUndefined();
    expect(waitOf({ from: 3005, port: 8 }, before)).toEqual([2000, 0, 0]);
    expect(waitOf({ from: 3005, port: 7, httpVersion: '2.0' }, before)).toEqual([2000, 0, 0]);
  });

  it('not if it held the loop itself', () => {
    const all = [seen({ from: 900 }), seen({ from: 950 })];
    const { traceId, spanId } = all[0]!.request.span.spanContext();
    const holder = { traceId, spanId, type: 'http', series: 'GET /', route: 'GET /' } as const;
    const { delayed, delayedCount } = delayedRequests(STALL, all, holder);
    expect([delayed.length, delayedCount]).toEqual([1, 1]);
  });

  it('and those are listed that waited longest, and all counted, the others by route', () => {
    const all = Array.from({ length: 250 }, (_, index) => seen({ from: 1000 + 7 * index }));
    const { delayed, delayedCount, alsoDelayed } = delayedRequests(STALL, all, undefined);
    expect([delayed.length, delayedCount]).toEqual([100, 250]);
    const listed = delayed.reduce((sum, { within }) => sum + (within?.millis ?? 0), 0);
    const sent = all.reduce((sum, _, index) => sum + 2000 - 7 * index, 0);
    expect(alsoDelayed).toHaveLength(1);
    expect(alsoDelayed![0]!.requests).toBe(150);
    expect(listed + alsoDelayed![0]!.millis).toBeCloseTo(sent);
    expect(delayedRequests(STALL, all.slice(0, 100), undefined)).not.toHaveProperty('alsoDelayed');
    const waits = delayed.map(({ within }) => within!.millis);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(delayed.map(({ waitedMillis }) => waitedMillis)).toEqual(Array(100).fill(2000));
  });
});

it('what one trace waited for stalls one after the other is within its length', () => {
  const request = seen({ from: 500, to: 9070 });
  const stalls = [
    [100, 2120],
    [2120, 8630],
    [9070, 14_260],
  ].map(([from, to]) => ({ startNanos: from! * 1e6, endNanos: to! * 1e6 }));
  const within = stalls
    .flatMap((stall) => delayedRequests(stall, [request], undefined).delayed)
    .map((each) => each.within!.millis);
  expect(within).toEqual([1620, 6510]);
});

describe('the start of a stall', () => {
  const bounds = { fromNanos: 900e6, sleptMillis: 30, idleMillis: 500, requests: [] };
  it('is what the samples say', () => {
    expect(startOfStall(1e9, bounds)).toBe(1e9);
  });
  it('is no earlier than the loop had slept', () => {
    expect(startOfStall(900e6, bounds)).toBe(930e6);
  });
  it('is no earlier than the end of a request after which it slept', () => {
    const requests = [seen({ from: 1, to: 980, slept: 499 }), seen({ from: 1, to: 995, slept: 500 })];
    expect(startOfStall(950e6, { ...bounds, requests })).toBe(980e6);
  });
});
