import { afterEach, describe, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createBusinessMetrics } from '../../../src/process/business-metrics.ts';

/** Collects when asked. */
class FakeReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

afterEach(() => metrics.disable());

describe('createBusinessMetrics', () => {
  it('counts with OpenTelemetry under the names the observatory reads', async () => {
    const reader = new FakeReader();
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    const business = createBusinessMetrics({ countFrom: () => {}, mark: () => {} });
    business.postCreated();
    business.postUpdated();
    business.postDeleted();
    business.feedRequested('rss');
    business.feedRequested('rss');
    business.feedRequested('json');
    business.feedGenerated('atom', 12.5);
    business.cacheHit();
    business.cacheMiss();
    business.searched();
    business.watchCache(() => 7);
    business.mediaServed(2048);
    business.mediaServed(1);
    for (const path of ['a', 'b', 'b']) business.postRead(path);
    const { resourceMetrics } = await reader.collect();
    const rows = resourceMetrics.scopeMetrics.flatMap(({ metrics: found }) =>
      found.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [
          descriptor.name,
          attributes['glasshouse.feed.format'] ?? attributes['glasshouse.post.path'] ?? '',
          value,
        ]),
      ),
    );
    expect(rows).toEqual([
      ['glasshouse.posts.created', '', 1],
      ['glasshouse.posts.updated', '', 1],
      ['glasshouse.posts.deleted', '', 1],
      ['glasshouse.feed.requests', 'rss', 2],
      ['glasshouse.feed.requests', 'json', 1],
      ['glasshouse.feed.generated', 'atom', 1],
      ['glasshouse.feed.generation.time', 'atom', 0.0125],
      ['glasshouse.cache.hits', '', 1],
      ['glasshouse.cache.misses', '', 1],
      ['glasshouse.cache.entries', '', 7],
      ['glasshouse.searches', '', 1],
      ['glasshouse.media.served', '', 2049],
      ['glasshouse.post.reads', 'b', 2],
      ['glasshouse.post.reads', 'a', 1],
    ]);
  });

  it('counts the hundred most read posts one by one, each exactly', async () => {
    const reader = new FakeReader();
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    const business = createBusinessMetrics({ countFrom: () => {}, mark: () => {} });
    for (let post = 1; post <= 300; post++)
      for (let read = 0; read < post; read++) business.postRead(`post-${post}`);
    const { resourceMetrics } = await reader.collect();
    const found = resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) => all);
    const points = found.find(({ descriptor }) => descriptor.name === 'glasshouse.post.reads')!.dataPoints;
    expect(points.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, index) => 300 - index));
  });

  it('does nothing while no telemetry runs', () => {
    expect(() => createBusinessMetrics({ countFrom: () => {}, mark: () => {} }).postCreated()).not.toThrow();
  });
});
