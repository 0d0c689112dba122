import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { keptSpan, spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import { SAMPLE, storeWith } from './store-fixture.ts';

const RANGE = { fromMillis: START_MILLIS, toMillis: START_MILLIS + 1000 };

describe('TelemetryStore', () => {
  it('answers from the parts it is composed of', () => {
    const { store, guard } = storeWith();
    guard.report('policy', new Error('bad'));
    expect(store.enabled).toBe(true);
    expect(store.now()).toBe(START_MILLIS);
    expect(store.operations().http).toMatchObject({ count: 3, kept: 2 });
    expect(store.timeline('http', RANGE)).toMatchObject([{ startMillis: START_MILLIS }]);
    expect(store.heatMap('http', RANGE).bandEdgesMillis).toEqual([1, 2]);
    expect(store.series('database')).toMatchObject([{ type: 'database' }]);
    expect(store.spans().started).toBe(9);
    expect(store.sampling().rates.database).toBe(0.5);
    expect(store.settings()).toHaveLength(1);
    expect(store.export()).toMatchObject([{ sent: 5 }]);
    expect(store.business()).toHaveLength(1);
    expect(store.ownCost().nanosPerSpan).toBe(100);
    expect(store.faults()).toMatchObject([{ place: 'policy', count: 1 }]);
    expect(store.runtime(RANGE)).toEqual([SAMPLE]);
  });

  it('knows the process', () => {
    const facts = storeWith().store.process();
    expect(facts).toMatchObject({
      pid: process.pid,
      nodeVersion: process.version,
      current: SAMPLE,
      highWaterRssBytes: 400,
    });
    expect(facts.startedAtMillis).toBe(SAMPLE.processStartedAtMillis);
  });

  it('shows the markers of the range, excluding its end', () => {
    const { store } = storeWith();
    expect(store.markers(RANGE)).toHaveLength(1);
    expect(store.markers({ fromMillis: START_MILLIS - 1, toMillis: START_MILLIS })).toEqual([]);
  });

  it('opens a trace with each span’s percentile in its own series', () => {
    const { store, ring } = storeWith();
    ring.add(
      traceIdOf(1),
      [
        spanRecord({ spanId: spanIdOf(1), durationMillis: 50 }),
        spanRecord({ parentSpanId: spanIdOf(1), series: 'gone' }),
      ],
      { ...WHOLE, droppedSpans: 2, remoteParent: true },
    );
    ring.markExported(traceIdOf(1));
    expect(store.trace(traceIdOf(1).toUpperCase())).toMatchObject({
      traceId: traceIdOf(1),
      spanCount: 2,
      droppedSpans: 2,
      remoteParent: true,
      exported: true,
      truncated: false,
      spans: [{ percentile: 0.5 }, { percentile: undefined }],
    });
    expect(store.traces({ type: 'http' })).toMatchObject({ total: 1, rows: [{ traceId: traceIdOf(1) }] });
    expect(store.buffer()).toMatchObject({ traces: 1, oldestMillis: START_MILLIS });
  });

  it('reports when, why and under which name a trace was evicted', () => {
    const { store, ring, clock } = storeWith({
      ring: new TraceRing({ maxTraces: 1, maxBytes: 1_000_000, now: () => 77 }),
    });
    clock.millis += 5;
    ring.add(traceIdOf(1), [spanRecord()], WHOLE);
    ring.add(traceIdOf(2), [spanRecord()], WHOLE);
    expect(store.trace(traceIdOf(1))).toEqual({
      traceId: traceIdOf(1),
      reason: 'evicted',
      evicted: { atMillis: 77, reason: 'count', name: 'GET /:slug', startMillis: START_MILLIS },
    });
  });

  it('refreshes on request, also with nothing to refresh', async () => {
    const refresh = jest.fn(async () => {});
    await storeWith({ refresh }).store.refresh();
    expect(refresh).toHaveBeenCalledTimes(1);
    await expect(storeWith().store.refresh()).resolves.toBeUndefined();
  });

  it.each(['running', 'never-kept'] as const)('reports that a trace is %s', (seen) => {
    const { store } = storeWith({ wasSeen: (traceId) => (traceId === traceIdOf(5) ? seen : undefined) });
    expect(store.trace(traceIdOf(5))).toEqual({ traceId: traceIdOf(5), reason: seen });
    expect(store.trace(traceIdOf(6))).toEqual({
      traceId: traceIdOf(6),
      reason: 'unknown',
      rememberedFromMillis: store.process().startedAtMillis,
    });
  });

  it('tells of many traces which it does not have, and why', () => {
    const { store, ring } = storeWith({
      ring: new TraceRing({ maxTraces: 1, maxBytes: 1_000_000, now: () => 77 }),
      wasSeen: (traceId) => (traceId === traceIdOf(5) ? 'running' : undefined),
    });
    for (const id of [1, 2]) ring.add(traceIdOf(id), [spanRecord()], WHOLE);
    const asked = [1, 2, 5, 6, 5].map(traceIdOf);
    expect([...store.missingTraces(asked)]).toEqual([
      [traceIdOf(1), 'evicted'],
      [traceIdOf(5), 'running'],
      [traceIdOf(6), 'unknown'],
    ]);
    expect(asked.map((id) => 'spans' in store.trace(id))).toEqual([false, true, false, false, false]);
  });

  it.each(['', '<script>', '__proto__', 'é', '../../etc'])('knows nothing of the trace %j', (id) => {
    expect(storeWith().store.trace(id)).toMatchObject({ traceId: id, reason: 'unknown' });
  });

  it('does not echo long ids', () => {
    expect(storeWith().store.trace('A'.repeat(100_000)).traceId).toBe('a'.repeat(64));
  });

  it('lists slow and failed operations', () => {
    const { store, ring } = storeWith();
    ring.add(traceIdOf(1), [spanRecord({ reason: 'slow', durationMillis: 2000 })], WHOLE);
    ring.add(traceIdOf(2), [spanRecord({ reason: 'error', failed: true })], WHOLE);
    expect(store.slow()).toMatchObject({ rows: [{ traceId: traceIdOf(1) }], total: 1 });
    expect(store.failures()).toMatchObject({ rows: [{ traceId: traceIdOf(2) }], total: 1 });
    expect(store.slow({ range: RANGE, limit: 10 })).toEqual({ rows: [], total: 0 });
  });

  it('pins by id in any case, and returns false if it cannot', () => {
    const { store, ring } = storeWith();
    ring.add('abcdef'.padEnd(32, '0'), [spanRecord()], WHOLE);
    expect(store.pin('ABCDEF'.padEnd(32, '0'), true)).toBe(true);
    expect(store.traces().rows).toMatchObject([{ pinned: true }]);
    expect(store.pin(traceIdOf(9), true)).toBe(false);
  });
});

describe('onChange of TelemetryStore', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('follows what the exporter stores, with fresh metrics, at most once per second', async () => {
    jest.useFakeTimers();
    const refresh = jest.fn(async () => {});
    const { store, ring, guard } = storeWith({ refresh, clock: { now: Date.now, monotonicNanos: () => 0 } });
    const exporter = new InProcessSpanExporter({ ring, guard, onStored: () => store.touch() });
    const listener = jest.fn(() => expect(refresh).toHaveBeenCalled());
    exporter.export([keptSpan()], () => {});
    const leave = store.onChange(listener);
    await jest.advanceTimersByTimeAsync(5000);
    expect(listener).not.toHaveBeenCalled();

    for (let i = 0; i < 20; i++) {
      exporter.export([keptSpan({ traceId: traceIdOf(i) })], () => {});
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(listener.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(listener.mock.calls.length).toBeLessThanOrEqual(3);

    leave();
    listener.mockClear();
    exporter.export([keptSpan()], () => {});
    await jest.advanceTimersByTimeAsync(5000);
    expect(listener).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('reports a pin', () => {
    jest.useFakeTimers();
    const { store, ring } = storeWith();
    ring.add(traceIdOf(1), [spanRecord()], WHOLE);
    const listener = jest.fn();
    store.onChange(listener);
    store.pin(traceIdOf(1), true);
    jest.advanceTimersByTime(1000);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
