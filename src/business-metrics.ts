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
  /** How many entries the cache holds, asked when somebody looks. */
  watchCache(entries: () => number): void;
  searched(): void;
  /**
   * A post's page was asked for, at this path; counted to the last one, however many posts there are. Undefined for an unlisted post: these
   * are counted together, because who may read metrics need not know their addresses.
   */
  postRead(path: string | undefined): void;
  /** So many bytes of a media file were read for an answer. */
  mediaServed(bytes: number): void;
}

/** Series that are told of reads: the most read ones. */
const TOLD_POSTS = 100;
/** Posts whose reads are counted: far more than a blog has, ~100 bytes each. */
const MAX_COUNTED_POSTS = 20_000;

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
  const held = meter.createObservableGauge('glasshouse.cache.entries', { unit: '{entry}' });
  const searches = meter.createCounter('glasshouse.searches', { unit: '{search}' });
  const mediaBytes = meter.createCounter('glasshouse.media.served', { unit: 'By' });
  // Counted in a map and told when somebody looks: an instrument's own count per path would cost every reader more than all other telemetry.
  const reads = new Map<string | undefined, number>();
  meter.createObservableCounter('glasshouse.post.reads', { unit: '{read}' }).addCallback((result) => {
    const most = [...reads].sort((a, b) => b[1] - a[1]).slice(0, TOLD_POSTS);
    for (const [path, count] of most) result.observe(count, path === undefined ? {} : { path });
  });
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
    watchCache: (entries) => held.addCallback((result) => result.observe(entries())),
    searched: () => searches.add(1),
    postRead(path) {
      const before = reads.get(path);
      if (before !== undefined || reads.size < MAX_COUNTED_POSTS) reads.set(path, (before ?? 0) + 1);
    },
    mediaServed: (bytes) => mediaBytes.add(bytes),
  };
}
