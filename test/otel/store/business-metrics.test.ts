import { describe, expect, it, jest } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Guard } from '../../../otel/base/guard.ts';
import { BusinessMetricReader, SERIES_DROPPED_METRIC } from '../../../otel/store/business-metrics.ts';

function setUp(maxSeries?: number) {
  const guard = new Guard();
  const reader = new BusinessMetricReader({ guard, ...(maxSeries === undefined ? {} : { maxSeries }) });
  const provider = new MeterProvider({ readers: [reader] });
  return { guard, reader, provider, meter: provider.getMeter('glasshouse') };
}

describe('BusinessMetricReader', () => {
  it('shows counters, up-down counters and gauges by name and attributes', async () => {
    const { reader, meter } = setUp();
    const feeds = meter.createCounter('feed.requests');
    feeds.add(2, { format: 'rss' });
    feeds.add(1, { format: 'atom' });
    feeds.add(3, { format: 'rss' });
    meter.createUpDownCounter('cache.entries').add(-4);
    meter.createGauge('queue.length').record(7);
    meter.createObservableGauge('posts').addCallback((result) => result.observe(12, { status: 'draft' }));
    await reader.refresh();
    expect(reader.business()).toEqual([
      { name: 'cache.entries', attributes: {}, value: -4 },
      { name: 'feed.requests', attributes: { format: 'atom' }, value: 1 },
      { name: 'feed.requests', attributes: { format: 'rss' }, value: 5 },
      { name: 'posts', attributes: { status: 'draft' }, value: 12, gauge: true },
      { name: 'queue.length', attributes: {}, value: 7, gauge: true },
    ]);
  });

  it('is cumulative: reading does not reset', async () => {
    const { reader, meter } = setUp();
    const created = meter.createCounter('posts.created');
    created.add(1);
    await reader.refresh();
    await reader.refresh();
    created.add(1);
    await reader.refresh();
    expect(reader.business()).toEqual([{ name: 'posts.created', attributes: {}, value: 2 }]);
  });

  it('is refreshed by reading', async () => {
    const { reader, meter } = setUp();
    meter.createCounter('posts.created').add(1);
    expect(reader.business()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.business()).toEqual([{ name: 'posts.created', attributes: {}, value: 1 }]);
  });

  it('includes in a refresh what was recorded while another was in progress', async () => {
    const { reader, meter } = setUp();
    const created = meter.createCounter('posts.created');
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    meter.createObservableGauge('slow').addCallback(async (result) => {
      asked++;
      if (asked === 1) await held;
      result.observe(asked);
    });
    const first = reader.refresh();
    const second = reader.refresh();
    const third = reader.refresh();
    created.add(5);
    release();
    await Promise.all([first, second, third]);
    expect(asked).toBe(2);
    expect(reader.business()).toContainEqual({ name: 'posts.created', attributes: {}, value: 5 });
  });

  it('ignores histograms', async () => {
    const { reader, meter } = setUp();
    meter.createHistogram('http.server.request.duration').record(1);
    meter.createCounter('posts.created').add(1);
    await reader.refresh();
    expect(reader.business().map((metric) => metric.name)).toEqual(['posts.created']);
  });

  it('folds too many series of one instrument and keeps the total', async () => {
    const { reader, meter } = setUp();
    const reads = meter.createCounter('post.reads');
    for (let i = 0; i < 5000; i++) reads.add(1, { post: i });
    await reader.refresh();
    const rows = reader.business();
    expect(rows.length).toBeLessThanOrEqual(201);
    expect(rows.reduce((sum, row) => sum + row.value, 0)).toBe(5000);
    expect(rows.some((row) => row.attributes['otel.metric.overflow'] === true)).toBe(true);
  });

  it('limits the number of instruments and reports how many series are missing', async () => {
    const { reader, meter } = setUp(10);
    for (let i = 0; i < 25; i++) meter.createCounter(`counter.${i}`).add(1);
    await reader.refresh();
    expect(reader.business()).toHaveLength(11);
    expect(reader.business().at(-1)).toEqual({ name: SERIES_DROPPED_METRIC, attributes: {}, value: 15 });
  });

  it('cuts long attributes', async () => {
    const { reader, meter } = setUp();
    meter.createCounter('searches').add(1, { term: 'x'.repeat(100_000) });
    await reader.refresh();
    expect(String(reader.business()[0]?.attributes['term']).length).toBe(256);
  });

  it('shows the others when a callback throws, and counts the fault', async () => {
    const { reader, meter, guard } = setUp();
    meter.createObservableGauge('broken').addCallback(() => {
      throw new Error('no gauge');
    });
    meter.createCounter('posts.created').add(1);
    await reader.refresh();
    expect(reader.business()).toEqual([{ name: 'posts.created', attributes: {}, value: 1 }]);
    expect(guard.faults()).toMatchObject([{ place: 'business-metrics.callback', lastMessage: 'no gauge' }]);
  });

  it('shows the previous values if a collection fails as a whole, counts the fault, and recovers', async () => {
    const { reader, meter, guard } = setUp();
    const created = meter.createCounter('posts.created');
    created.add(1);
    await reader.refresh();
    jest.spyOn(reader, 'collect').mockRejectedValueOnce(new Error('no storage'));
    created.add(1);
    await reader.refresh();
    expect(reader.business()).toEqual([{ name: 'posts.created', attributes: {}, value: 1 }]);
    expect(guard.faults()).toMatchObject([
      { place: 'business-metrics', count: 1, lastMessage: 'no storage' },
    ]);
    await reader.refresh();
    expect(reader.business()).toEqual([{ name: 'posts.created', attributes: {}, value: 2 }]);
  });

  it('returns nothing, without a fault, before it has a provider', async () => {
    const guard = new Guard();
    const reader = new BusinessMetricReader({ guard });
    await reader.refresh();
    expect(reader.business()).toEqual([]);
    expect(guard.faults()).toEqual([]);
  });

  it('keeps the last values readable after shutdown', async () => {
    const { reader, provider, meter, guard } = setUp();
    meter.createCounter('posts.created').add(3);
    await provider.forceFlush();
    await provider.shutdown();
    await reader.refresh();
    expect(reader.business()).toEqual([{ name: 'posts.created', attributes: {}, value: 3 }]);
    expect(guard.faults()).toEqual([]);
  });

  describe('counts over time', () => {
    function booking() {
      const booked: [string, number, number][] = [];
      const clock = { now: () => 10_400, monotonicNanos: () => 0 };
      const guard = new Guard();
      const reader = new BusinessMetricReader({
        guard,
        clock,
        onCounted: (name, attributes, count, atMillis) =>
          booked.push([`${name}${JSON.stringify(attributes)}`, count, atMillis]),
      });
      const provider = new MeterProvider({ readers: [reader] });
      return { booked, guard, reader, provider, meter: provider.getMeter('glasshouse') };
    }

    it('record increments of counters once, and no gauge', async () => {
      const { booked, reader, meter } = booking();
      const feeds = meter.createCounter('feeds');
      feeds.add(2, { format: 'rss' });
      meter.createGauge('entries').record(9);
      meter.createUpDownCounter('open').add(3);
      await Promise.all([reader.refresh(), reader.refresh(), reader.refresh()]);
      feeds.add(5, { format: 'rss' });
      await reader.refresh();
      await reader.refresh();
      expect(booked).toEqual([
        ['feeds{"format":"rss"}', 2, 10_400],
        ['feeds{"format":"rss"}', 5, 10_400],
      ]);
    });

    it('come from a source instead of the instrument of its name', async () => {
      const { booked, guard, reader, meter } = booking();
      meter.createCounter('reads').add(50);
      let lately: readonly (readonly [{ readonly path: string }, number])[] = [[{ path: 'a' }, 3]];
      reader.countFrom('reads', () => lately);
      reader.countFrom('broken', () => {
        throw new Error('no counts');
      });
      await reader.refresh();
      lately = [];
      await reader.refresh();
      expect(booked).toEqual([['reads{"path":"a"}', 3, 10_400]]);
      expect(guard.faults()).toMatchObject([{ place: 'business-metrics.source', count: 2 }]);
    });

    it('record the completed second, and the last one at the end', async () => {
      jest.useFakeTimers();
      const { booked, provider, meter } = booking();
      meter.createCounter('posts').add(1);
      await jest.advanceTimersByTimeAsync(600);
      expect(booked).toEqual([['posts{}', 1, 10_999]]);
      meter.createCounter('posts').add(1);
      await provider.shutdown();
      jest.useRealTimers();
      expect(booked.at(-1)).toEqual(['posts{}', 1, 10_400]);
    });
  });
});
