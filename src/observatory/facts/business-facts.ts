import type { BusinessMetric } from '../../../otel/query.ts';
import { FEED_FORMAT, POST_PATH } from '../../process/business-metrics.ts';

/** Business counters since the process started, or in a range. */
export interface BusinessDocument {
  readonly posts_created: number;
  readonly posts_updated: number;
  readonly posts_deleted: number;
  readonly posts_read: number;
  readonly feeds: { readonly rss: number; readonly atom: number; readonly json: number };
  readonly cache: { readonly hits: number; readonly misses: number };
}

/** Requests for pages of posts. */
export interface PostReads {
  readonly posts: 'listed' | 'unlisted' | 'other';
  /** Path of a listed post; addresses of unlisted posts are not recorded, and beyond a limit all count as other. */
  readonly path: string | undefined;
  readonly reads: number;
}

export const READS_METRIC = 'glasshouse.post.reads';
const FORMER = { [FEED_FORMAT]: 'format', [POST_PATH]: 'path' } as const;

export function sumOf(metrics: readonly BusinessMetric[], name: string, format?: string): number {
  return metrics
    .filter(
      (metric) =>
        metric.name === `glasshouse.${name}` &&
        (format === undefined || valueOf(metric, FEED_FORMAT) === format),
    )
    .reduce((total, metric) => total + metric.value, 0);
}

/** The number of posts read: the sum of the list of most read ones. */
export function postsRead(metrics: readonly BusinessMetric[]): number {
  return sumOf(metrics, 'post.reads');
}

/** Most read first. */
export function postReads(metrics: readonly BusinessMetric[]): readonly PostReads[] {
  const reads = new Map<string, PostReads>();
  for (const metric of metrics) {
    if (metric.name !== READS_METRIC) continue;
    const post = postOf(metric);
    const key = JSON.stringify(post);
    reads.set(key, { ...post, reads: (reads.get(key)?.reads ?? 0) + metric.value });
  }
  return [...reads.values()].toSorted((a, b) => b.reads - a.reads);
}

function postOf(metric: BusinessMetric): Omit<PostReads, 'reads'> {
  const path = valueOf(metric, POST_PATH);
  if (path !== undefined) return { posts: 'listed', path: String(path) };
  return {
    posts: metric.attributes['otel.metric.overflow'] === true ? 'other' : 'unlisted',
    path: undefined,
  };
}

/** Of an attribute; counts in older history files have it under a name without namespace. */
function valueOf({ attributes }: BusinessMetric, name: keyof typeof FORMER): unknown {
  return attributes[name] ?? attributes[FORMER[name]];
}

export function businessDocument(metrics: readonly BusinessMetric[]): BusinessDocument {
  const feed = (format: string): number => sumOf(metrics, 'feed.requests', format);
  return {
    posts_created: sumOf(metrics, 'posts.created'),
    posts_updated: sumOf(metrics, 'posts.updated'),
    posts_deleted: sumOf(metrics, 'posts.deleted'),
    posts_read: postsRead(metrics),
    feeds: { rss: feed('rss'), atom: feed('atom'), json: feed('json') },
    cache: { hits: sumOf(metrics, 'cache.hits'), misses: sumOf(metrics, 'cache.misses') },
  };
}
