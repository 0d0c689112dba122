import type { Context, Middleware } from 'koa';
import { withBasePath } from '../http/base-path.ts';
import type { Render } from '../markup/render.ts';
import type { ContentClock, ContentState } from '../posts/content-clock.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import type { Origin } from '../http/absolute-url.ts';
import { bodyEtag, sendFresh } from '../http/fresh-response.ts';
import { nameRoute, routeOf } from '../http/router.ts';
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
 * `read` may answer in another way and return undefined.
 */
export type PageSender = (ctx: Context, address: PageAddress, read: () => PageSource | undefined) => void;

/** A page that was sent. */
export interface SentPage {
  readonly template: string;
  /** False: nothing but its address shows it. */
  readonly isCached: boolean;
}

interface PageSenderDependencies {
  readonly render: Render;
  readonly layout: Layout;
  readonly origin: Origin;
  readonly clock: Pick<ContentClock, 'state'>;
  readonly cache: PageCache;
  readonly metrics: Pick<BusinessMetrics, 'cacheHit' | 'cacheMiss'>;
  /** Of PUBLIC_URL: cached pages hold complete addresses. */
  readonly basePath: string;
  /** Called with the answered request. */
  readonly onSent: (ctx: Context, page: SentPage) => void;
}

export function createPageSender(deps: PageSenderDependencies): {
  readonly sendPage: PageSender;
  /** Sends a page that is cached for the very address of the request, before any route is matched. */
  readonly sendCached: Middleware;
} {
  const { clock, cache, metrics, origin } = deps;

  function send(ctx: Context, page: CachedPage, { changedMillis }: ContentState): void {
    sendFresh(ctx, {
      body: page.body,
      etag: page.etag,
      type: 'text/html; charset=utf-8',
      lastModifiedMillis: Math.max(changedMillis, page.ownChangeMillis ?? 0),
    });
  }

  function trySendCached(ctx: Context, key: string, now: () => ContentState): boolean {
    let state: ContentState | undefined;
    const page = cache.get(key, ({ route }) => {
      // Before the clock's statement, which belongs to the route.
      nameRoute(ctx, route);
      state = now();
      return state.key;
    });
    if (page === undefined || state === undefined) return false;
    metrics.cacheHit();
    send(ctx, page, state);
    deps.onSent(ctx, { template: page.template, isCached: true });
    return true;
  }

  return {
    sendCached(ctx, next) {
      const isGet = ctx.method === 'GET' || ctx.method === 'HEAD';
      return isGet && trySendCached(ctx, `${origin(ctx)} ${ctx.url}`, () => clock.state())
        ? undefined
        : next();
    },
    sendPage(ctx, { template, query = '' }, read) {
      const at = origin(ctx);
      const key = `${at} ${ctx.path}${query}`;
      const state = clock.state();
      // The address may have a query that changes nothing.
      if (trySendCached(ctx, key, () => state)) return;
      const source = read();
      if (source === undefined) return;
      const html = deps.render(template, () =>
        deps.layout(source.draw(at), { origin: at, hasAbout: state.hasAbout }),
      );
      const body = Buffer.from(withBasePath(html, deps.basePath));
      const { ownChangeMillis = 0, isCached = true } = source;
      const page = { body, etag: bodyEtag(body), ownChangeMillis, template, route: routeOf(ctx) };
      if (isCached) {
        metrics.cacheMiss();
        cache.set(key, state.key, page);
      }
      send(ctx, page, state);
      deps.onSent(ctx, { template, isCached });
    },
  };
}
