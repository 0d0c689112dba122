import { metrics, type Meter } from '@opentelemetry/api';
import { activeRequestSpan } from '../../otel/kit.ts';
import type { TelemetryControl } from '../../otel/query.ts';

export type FeedFormat = 'rss' | 'atom' | 'json';

/** Business counters as OpenTelemetry instruments; without telemetry, calls do nothing. */
export interface BusinessMetrics {
  postCreated(): void;
  postUpdated(): void;
  postDeleted(): void;
  /** Marks the moment on time charts. */
  postPublished(path: string): void;
  feedRequested(format: FeedFormat): void;
  /** Counts a generated feed and its duration in milliseconds. */
  feedGenerated(format: FeedFormat, millis: number): void;
  cacheHit(): void;
  cacheMiss(): void;
  /** Registers a callback for the number of cache entries, called on observation. */
  watchCache(entries: () => number): void;
  searched(): void;
  /**
   * Counts a request for a post's page, exactly, for any number of posts. Undefined for unlisted posts, which are counted together, as a
   * reader of metrics should not learn their addresses.
   */
  postRead(path: string | undefined): void;
  /** Counts bytes of a media file read for a response. */
  mediaServed(bytes: number): void;
}

/** Limit of exported series: the most read posts. */
const TOLD_POSTS = 100;
/** Limit of posts counted separately: far more than a blog has, ~100 bytes each. */
const MAX_COUNTED_POSTS = 20_000;

/** All posts beyond that limit. */
const OTHERS = Symbol('other posts');
type ReadPost = string | undefined | typeof OTHERS;
const READS = 'glasshouse.post.reads';
/** Attributes of the counters. */
export const FEED_FORMAT = 'glasshouse.feed.format';
export const POST_PATH = 'glasshouse.post.path';
/** Attribute of a request's span: whether its page or feed came from the cache. */
const CACHE_HIT = 'glasshouse.cache.hit';

function attributesOf(post: ReadPost): Readonly<Record<string, string | true>> {
  if (post === OTHERS) return { 'otel.metric.overflow': true };
  return post === undefined ? {} : { [POST_PATH]: post };
}

function postCounters(meter: Meter): Pick<BusinessMetrics, 'postCreated' | 'postUpdated' | 'postDeleted'> {
  const counter = (what: string, description: string): (() => void) => {
    const posts = meter.createCounter(`glasshouse.posts.${what}`, { unit: '{post}', description });
    return () => posts.add(1);
  };
  return {
    postCreated: counter('created', 'Posts created.'),
    postUpdated: counter('updated', 'Posts saved again.'),
    postDeleted: counter('deleted', 'Posts deleted.'),
  };
}

/** The label of a marker. */
export function publishedMarker(path: string): string {
  return `published /${path.replace(/^\//, '')}`;
}

/** Call it after telemetry has started, as instruments belong to the current meter provider. */
export function createBusinessMetrics(
  control: Pick<TelemetryControl, 'countFrom' | 'mark'>,
): BusinessMetrics {
  const meter = metrics.getMeter('glasshouse');
  const posts = postCounters(meter);
  const requests = meter.createCounter('glasshouse.feed.requests', {
    unit: '{request}',
    description: 'Requests for a feed.',
  });
  const generated = meter.createCounter('glasshouse.feed.generated', {
    unit: '{feed}',
    description: 'Feeds generated rather than read from the cache.',
  });
  const generationTime = meter.createCounter('glasshouse.feed.generation.time', {
    unit: 's',
    description: 'Time spent generating feeds.',
  });
  const hits = meter.createCounter('glasshouse.cache.hits', {
    unit: '{lookup}',
    description: 'Look-ups answered from the page cache.',
  });
  const misses = meter.createCounter('glasshouse.cache.misses', {
    unit: '{lookup}',
    description: 'Look-ups that the page cache could not answer.',
  });
  const held = meter.createObservableGauge('glasshouse.cache.entries', {
    unit: '{entry}',
    description: 'Entries of the page cache.',
  });
  const searches = meter.createCounter('glasshouse.searches', {
    unit: '{search}',
    description: 'Searches by readers.',
  });
  const mediaBytes = meter.createCounter('glasshouse.media.served', {
    unit: 'By',
    description: 'Bytes of media files read for responses.',
  });
  // Counted in maps and observed on demand: a counter per path would cost more per request than all other telemetry.
  const reads = new Map<ReadPost, number>();
  let lately = new Map<ReadPost, number>();
  meter
    .createObservableCounter(READS, { unit: '{read}', description: 'Requests for a post.' })
    .addCallback((result) => {
      for (const [post, count] of highest(reads, TOLD_POSTS)) result.observe(count, attributesOf(post));
    });
  control.countFrom(READS, () => {
    const counted = [...lately].map(([post, count]) => [attributesOf(post), count] as const);
    lately = new Map();
    return counted;
  });
  return {
    ...posts,
    postPublished: (path) => control.mark(publishedMarker(path)),
    feedRequested: (format) => requests.add(1, { [FEED_FORMAT]: format }),
    feedGenerated(format, millis) {
      const attributes = { [FEED_FORMAT]: format };
      generated.add(1, attributes);
      generationTime.add(millis / 1000, attributes);
    },
    cacheHit() {
      hits.add(1);
      activeRequestSpan()?.setAttribute(CACHE_HIT, true);
    },
    cacheMiss() {
      misses.add(1);
      activeRequestSpan()?.setAttribute(CACHE_HIT, false);
    },
    watchCache: (entries) => held.addCallback((result) => result.observe(entries())),
    searched: () => searches.add(1),
    postRead(path) {
      const post = reads.has(path) || reads.size < MAX_COUNTED_POSTS ? path : OTHERS;
      reads.set(post, (reads.get(post) ?? 0) + 1);
      lately.set(post, (lately.get(post) ?? 0) + 1);
    },
    mediaServed: (bytes) => mediaBytes.add(bytes),
  };
}

/** The entries with the highest counts, highest first, in one pass: sorting all posts of a large blog every second would take milliseconds. */
function highest<K>(counts: ReadonlyMap<K, number>, limit: number): readonly (readonly [K, number])[] {
  const found: (readonly [K, number])[] = [];
  for (const entry of counts) {
    if (found.length >= limit && entry[1] <= found.at(-1)![1]) continue;
    const place = found.findIndex(([, count]) => count < entry[1]);
    found.splice(place < 0 ? found.length : place, 0, entry);
    if (found.length > limit) found.pop();
  }
  return found;
}
