import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { railContent } from '../../accounts/admin-layout.ts';
import { withBasePath } from '../../http/base-path.ts';
import { pageContent } from '../draw/page-frame.ts';
import type { Rail } from '../draw/rail.ts';
import type { OwnViews } from '../facts/own-views.ts';
import type { AnyPage } from '../page.ts';
import { inZone } from '../format/zone.ts';
import { queryOf, viewerZone, type Query, type Visits } from '../visit.ts';
import type { DrawPage } from './live-page.ts';
import type { LiveStreams } from './live-streams.ts';

interface LiveRouteOptions {
  readonly pages: readonly AnyPage[];
  readonly live: LiveStreams;
  readonly visits: Visits;
  readonly rail: Rail;
  readonly ownViews: OwnViews;
  readonly site: { readonly timeZone?: string };
  readonly basePath: string;
  /** Returns true if the viewer of a stream is still allowed. */
  readonly mayLook: ((ctx: Context) => () => boolean) | undefined;
}

/** Adds the route that streams changes of a page as events. */
export function addLiveRoute(router: Router, options: LiveRouteOptions): void {
  const { pages, live, site, mayLook } = options;
  router.get('/live', (ctx) => {
    const { page: path = '', ...query } = queryOf(ctx);
    const page = pages.find((each) => each.live && each.path === path);
    ctx.set('Cache-Control', 'no-store');
    if (page === undefined) return ctx.throw(404, `no live page is at “${path.slice(0, 80)}”`);
    const gzip = ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
    const zone = viewerZone(ctx, site);
    const stream = live.connect(JSON.stringify([path, query, zone]), drawing(page, query, zone, options), {
      isAllowed: mayLook?.(ctx) ?? (() => true),
      gzip,
      lastEventId: ctx.get('Last-Event-ID').slice(0, 64),
    });
    if (stream === undefined) {
      ctx.set('Retry-After', '30');
      ctx.throw(503, 'too many live views are open; close one, or reload this page for fresh numbers', {
        expose: true,
      });
    }
    // koa-compress would buffer events; the stream compresses and flushes each one itself.
    ctx.compress = false;
    ctx.vary('Accept-Encoding');
    if (gzip) ctx.set('Content-Encoding', 'gzip');
    ctx.type = 'text/event-stream; charset=utf-8';
    ctx.set('X-Accel-Buffering', 'no');
    ctx.body = stream;
  });
}

function drawing(
  page: AnyPage,
  query: Query,
  zone: string,
  { visits, rail, ownViews, basePath }: LiveRouteOptions,
): DrawPage {
  return function* (change) {
    const { open, view } = yield* visits({
      page,
      zone,
      path: page.path,
      params: {},
      query,
      broken(error) {
        throw error;
      },
    });
    yield;
    const beside = ownViews.run(() => railContent(rail.after(change, page, view))).text;
    yield;
    const body = ownViews.run(() => inZone(zone, () => pageContent(page, open, view))).text;
    return { rail: withBasePath(beside, basePath), page: withBasePath(body, basePath) };
  };
}
