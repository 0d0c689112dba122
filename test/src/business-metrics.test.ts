import { afterEach, describe, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createBusinessMetrics } from '../../src/business-metrics.ts';

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
    const business = createBusinessMetrics();
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
    const { resourceMetrics } = await reader.collect();
    const rows = resourceMetrics.scopeMetrics.flatMap(({ metrics: found }) =>
      found.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [descriptor.name, attributes['format'] ?? '', value]),
      ),
    );
    expect(rows).toEqual([
      ['glasshouse.posts.created', '', 1],
      ['glasshouse.posts.updated', '', 1],
      ['glasshouse.posts.deleted', '', 1],
      ['glasshouse.feed.requests', 'rss', 2],
      ['glasshouse.feed.requests', 'json', 1],
      ['glasshouse.feed.generated', 'atom', 1],
      ['glasshouse.feed.generation.time', 'atom', 12.5],
      ['glasshouse.cache.hits', '', 1],
      ['glasshouse.cache.misses', '', 1],
      ['glasshouse.searches', '', 1],
    ]);
  });

  it('does nothing while no telemetry runs', () => {
    expect(() => createBusinessMetrics().postCreated()).not.toThrow();
  });
});
