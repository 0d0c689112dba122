import type { Context } from 'koa';
import type { Render } from '../../markup/render.ts';
import type { Origin } from '../../http/absolute-url.ts';
import { bodyEtag, sendFresh } from '../../http/fresh-response.ts';
import { routeOf } from '../../http/router.ts';
import type { ContentClock } from '../../posts/content-clock.ts';
import type { BusinessMetrics } from '../../process/business-metrics.ts';
import type { PageCache } from '../page-cache.ts';

export interface FeedFile {
  /** Names the render span. */
  readonly template: string;
  /** The cache key, together with the origin. */
  readonly name: string;
  readonly type: string;
}

/** Sends a file from the cache, or renders it in a render span and caches it until the blog changes. */
export type FeedSender = (ctx: Context, file: FeedFile, draw: (origin: string) => string) => void;

/** Feed readers that run in a browser ask from their own site. */
export function allowOtherSites(ctx: Context): void {
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
  ctx.set('Access-Control-Allow-Origin', '*');
}

export function createFeedSender(deps: {
  readonly render: Render;
  readonly origin: Origin;
  readonly clock: ContentClock;
  readonly cache: PageCache;
  readonly metrics: Pick<BusinessMetrics, 'cacheHit' | 'cacheMiss'>;
}): FeedSender {
  const { render, origin, clock, cache, metrics } = deps;
  return (ctx, { template, name, type }, draw) => {
    const state = clock.state();
    const at = origin(ctx);
    // No path of a page begins so.
    const key = `${at} ${name}`;
    let made = cache.get(key, () => state.key);
    if (made === undefined) {
      metrics.cacheMiss();
      const body = Buffer.from(render(template, () => draw(at)));
      made = { body, etag: bodyEtag(body), template, route: routeOf(ctx) };
      cache.set(key, state.key, made);
    } else {
      metrics.cacheHit();
    }
    allowOtherSites(ctx);
    sendFresh(ctx, { body: made.body, etag: made.etag, type, lastModifiedMillis: state.changedMillis });
  };
}
