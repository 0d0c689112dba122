import { metrics } from '@opentelemetry/api';

export type FeedFormat = 'rss' | 'atom' | 'json';

/** Counts what the blog did, in OpenTelemetry's ordinary way; without telemetry each call does nothing. */
export interface BusinessMetrics {
  postCreated(): void;
  postUpdated(): void;
  postDeleted(): void;
  feedRequested(format: FeedFormat): void;
  /** A feed was made anew, in so many milliseconds. */
  feedGenerated(format: FeedFormat, millis: number): void;
  cacheHit(): void;
  cacheMiss(): void;
  searched(): void;
}

/** Call it after telemetry has started: instruments belong to the meter provider of that moment. */
export function createBusinessMetrics(): BusinessMetrics {
  const meter = metrics.getMeter('glasshouse');
  const created = meter.createCounter('glasshouse.posts.created', { unit: '{post}' });
  const updated = meter.createCounter('glasshouse.posts.updated', { unit: '{post}' });
  const deleted = meter.createCounter('glasshouse.posts.deleted', { unit: '{post}' });
  const requests = meter.createCounter('glasshouse.feed.requests', { unit: '{request}' });
  const generated = meter.createCounter('glasshouse.feed.generated', { unit: '{feed}' });
  const generationTime = meter.createCounter('glasshouse.feed.generation.time', { unit: 'ms' });
  const hits = meter.createCounter('glasshouse.cache.hits', { unit: '{lookup}' });
  const misses = meter.createCounter('glasshouse.cache.misses', { unit: '{lookup}' });
  const searches = meter.createCounter('glasshouse.searches', { unit: '{search}' });
  return {
    postCreated: () => created.add(1),
    postUpdated: () => updated.add(1),
    postDeleted: () => deleted.add(1),
    feedRequested: (format) => requests.add(1, { format }),
    feedGenerated(format, millis) {
      generated.add(1, { format });
      generationTime.add(millis, { format });
    },
    cacheHit: () => hits.add(1),
    cacheMiss: () => misses.add(1),
    searched: () => searches.add(1),
  };
}
