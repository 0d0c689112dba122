import type { Context } from 'koa';
import { withBasePath } from '../http/base-path.ts';
import type { Render } from '../markup/render.ts';
import type { ContentClock, ContentState } from '../posts/content-clock.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import type { Origin } from '../http/absolute-url.ts';
import { bodyEtag, sendFresh } from '../http/fresh-response.ts';
import type { Layout, Page } from './layout.ts';
import type { CachedPage, PageCache } from './page-cache.ts';

/** What a page is made from, once everything it needs was queried. */
export interface PageSource {
  readonly draw: (origin: string) => Page;
  /** Epoch milliseconds of a change that only this page shows. */
  readonly ownChangeMillis?: number;
  /** False: the page shows what the blog's clock does not count, or what few ask for twice. Default true. */
  readonly isCached?: boolean;
}

/** Names a page: its template, and its query if that changes what it shows. */
export interface PageAddress {
  readonly template: string;
  readonly query?: string;
}

/**
 * Sends a page with its validators: from the cache, or else rendered from what `read` queries, in a render span named after the template.
 * `read` may answer in another way and return undefined. Returns whether a page was sent.
 */
export type PageSender = (ctx: Context, address: PageAddress, read: () => PageSource | undefined) => boolean;

export function createPageSender(deps: {
  readonly render: Render;
  readonly layout: Layout;
  readonly origin: Origin;
  readonly clock: ContentClock;
  readonly cache: PageCache;
  readonly metrics: Pick<BusinessMetrics, 'cacheHit' | 'cacheMiss'>;
  /** Of PUBLIC_URL: cached pages hold complete addresses. */
  readonly basePath: string;
  /** Called with the answered request. */
  readonly onSent: (ctx: Context, template: string) => void;
}): PageSender {
  const { clock, cache, metrics } = deps;

  function rendered(template: string, source: PageSource, origin: string, state: ContentState): CachedPage {
    const html = deps.render(template, () =>
      deps.layout(source.draw(origin), { origin, hasAbout: state.hasAbout }),
    );
    const body = Buffer.from(withBasePath(html, deps.basePath));
    return { body, etag: bodyEtag(body), ownChangeMillis: source.ownChangeMillis ?? 0 };
  }

  return (ctx, { template, query = '' }, read) => {
    const state = clock.state();
    const origin = deps.origin(ctx);
    const key = `${origin} ${ctx.path}${query}`;
    let page = cache.get(key, state.key);
    if (page === undefined) {
      const source = read();
      if (source === undefined) return false;
      page = rendered(template, source, origin, state);
      if (source.isCached !== false) {
        metrics.cacheMiss();
        cache.set(key, state.key, page);
      }
    } else metrics.cacheHit();
    sendFresh(ctx, {
      ...page,
      type: 'text/html; charset=utf-8',
      lastModifiedMillis: Math.max(state.changedMillis, page.ownChangeMillis ?? 0),
    });
    deps.onSent(ctx, template);
    return true;
  };
}
