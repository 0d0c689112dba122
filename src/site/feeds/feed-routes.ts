import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { RenderTracer } from '../../../otel/query.ts';
import type { BusinessMetrics, FeedFormat } from '../../process/business-metrics.ts';
import type { ContentClock } from '../../posts/content-clock.ts';
import { tagKey } from '../../posts/post-listings.ts';
import type { PostStore } from '../../posts/post-store.ts';
import { VersionedValue } from '../versioned-value.ts';
import type { Origin } from '../../http/absolute-url.ts';
import { bodyEtag, sendFresh } from '../../http/fresh-response.ts';
import type { SiteSettings } from '../../db/site-settings.ts';
import { openSearchXml, opmlXml, robotsText } from './discovery.ts';
import { FeedCache } from './feed-cache.ts';
import { FEED_TYPES, formatFeed } from './feed-format.ts';
import { sitemapIndexXml, sitemapPages, sitemapXml, type SitemapEntry } from './sitemap.ts';
import { createRouter } from '../../http/router.ts';

const MAX_FEED_POSTS = 50;
const FORMATS = ['rss', 'atom', 'json'] as const;
/** What a reader may name in Accept, best for anything first. */
const NEGOTIABLE: readonly (readonly [type: string, format: FeedFormat])[] = [
  ['application/atom+xml', 'atom'],
  ['application/rss+xml', 'rss'],
  ['application/feed+json', 'json'],
  ['application/json', 'json'],
  ['application/xml', 'atom'],
  ['text/xml', 'atom'],
];

interface FeedRouteDependencies {
  readonly render: RenderTracer;
  readonly posts: PostStore;
  readonly site: SiteSettings;
  readonly origin: Origin;
  readonly clock: ContentClock;
  readonly metrics: BusinessMetrics;
}

/** Feeds of the site and of each tag, the sitemap, robots.txt, OpenSearch and OPML. */
export function createFeedRoutes(deps: FeedRouteDependencies): Router {
  const { posts, site, origin, clock, metrics } = deps;
  const router = createRouter();
  const cache = new FeedCache();
  metrics.watchCache(() => cache.size);
  const tags = new VersionedValue(() => posts.tags());

  function sendFeed(ctx: Context, format: FeedFormat, asked: string | undefined): void {
    metrics.feedRequested(format);
    const tag =
      asked === undefined
        ? undefined
        : tags.at(clock.state().key).find((known) => tagKey(known.tag) === tagKey(asked))?.tag;
    if (asked !== undefined && tag === undefined) ctx.throw(404, 'No post has this tag.');
    send(ctx, `feed.${format}`, `feed ${format} ${tag ?? ''}`, FEED_TYPES[format], (at) => {
      const started = performance.now();
      const body = formatFeed(format, { site, origin: at, tag, posts: posts.latest(MAX_FEED_POSTS, tag) });
      metrics.feedGenerated(format, performance.now() - started);
      return body;
    });
  }

  /** From the cache, or drawn in a render span and kept until the blog changes. */
  function send(
    ctx: Context,
    template: string,
    name: string,
    type: string,
    draw: (origin: string) => string,
  ): void {
    const { key: version, changedMillis } = clock.state();
    const at = origin(ctx);
    const key = `${at} ${name}`;
    let made = cache.get(key, version);
    if (made === undefined) {
      metrics.cacheMiss();
      const body = Buffer.from(deps.render(template, () => draw(at)));
      made = { body, etag: bodyEtag(body) };
      cache.set(key, version, made);
    } else {
      metrics.cacheHit();
    }
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    ctx.set('Access-Control-Allow-Origin', '*');
    sendFresh(ctx, { ...made, type, lastModifiedMillis: changedMillis });
  }

  for (const format of FORMATS) {
    router.get(`/feed.${format}`, (ctx) => sendFeed(ctx, format, undefined));
    router.get(`/tags/:tag/feed.${format}`, (ctx) => sendFeed(ctx, format, ctx.params['tag']));
  }

  router.get(['/feed', '/tags/:tag/feed'], (ctx) => {
    ctx.vary('Accept');
    const type = ctx.accepts(NEGOTIABLE.map(([name]) => name));
    // Who accepts none of these (a browser wants a page) still gets a feed: it asked for one by name.
    const format = NEGOTIABLE.find(([name]) => name === type)?.[1] ?? 'atom';
    sendFeed(ctx, format, ctx.params['tag']);
  });

  const sitemap = (): (readonly SitemapEntry[])[] => sitemapPages([...posts.sitemap()]);
  const XML = 'application/xml; charset=utf-8';

  router.get('/sitemap.xml', (ctx) => {
    send(ctx, 'sitemap.xml', 'sitemap', XML, (at) => {
      const pages = sitemap();
      return pages.length > 1 ? sitemapIndexXml(pages, at) : sitemapXml(pages[0] ?? [], at);
    });
  });
  router.get('/sitemap/:page.xml', (ctx) => {
    const number = ctx.params['page'] ?? '';
    if (!/^[1-9]\d{0,4}$/.test(number)) return ctx.throw(404);
    send(ctx, 'sitemap.xml', `sitemap ${number}`, XML, (at) => {
      const page = sitemap()[Number(number) - 1];
      return page === undefined ? ctx.throw(404) : sitemapXml(page, at);
    });
  });
  router.get('/robots.txt', (ctx) => {
    send(ctx, 'robots.txt', 'robots', 'text/plain; charset=utf-8', robotsText);
  });
  router.get('/opensearch.xml', (ctx) => {
    const type = 'application/opensearchdescription+xml; charset=utf-8';
    send(ctx, 'opensearch.xml', 'opensearch', type, (at) => openSearchXml(site, at));
  });
  router.get('/feeds.opml', (ctx) => {
    send(ctx, 'feeds.opml', 'opml', 'text/x-opml; charset=utf-8', (at) => opmlXml(site, at));
  });

  return router;
}
