import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Render } from '../../markup/render.ts';
import type { BusinessMetrics, FeedFormat } from '../../process/business-metrics.ts';
import type { ContentClock } from '../../posts/content-clock.ts';
import { tagKey } from '../../posts/post-listings.ts';
import { tagUrl } from '../../posts/post-path.ts';
import type { PostStore } from '../../posts/post-store.ts';
import { VersionedValue } from '../versioned-value.ts';
import { movePermanently } from '../move-permanently.ts';
import type { PageCache } from '../page-cache.ts';
import type { Origin } from '../../http/absolute-url.ts';
import type { SiteSettings } from '../../db/site-settings.ts';
import { openSearchXml, opmlXml, robotsText } from './discovery.ts';
import { allowOtherSites, createFeedSender } from './feed-sender.ts';
import { addSitemapRoutes } from './sitemap-routes.ts';
import { createRouter } from '../../http/router.ts';

const MAX_FEED_POSTS = 50;
const FORMATS = ['rss', 'atom', 'json'] as const;
const TYPES: Readonly<Record<FeedFormat, string>> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
};
/** Media types that Accept may name, the default first. */
const NEGOTIABLE: readonly (readonly [type: string, format: FeedFormat])[] = [
  ['application/atom+xml', 'atom'],
  ['application/rss+xml', 'rss'],
  ['application/feed+json', 'json'],
  ['application/json', 'json'],
  ['application/xml', 'atom'],
  ['text/xml', 'atom'],
];

interface FeedRouteDependencies {
  readonly render: Render;
  readonly posts: PostStore;
  readonly site: SiteSettings;
  readonly origin: Origin;
  readonly clock: ContentClock;
  readonly cache: PageCache;
  readonly metrics: BusinessMetrics;
  /** Called with the answered request for a feed. */
  readonly onSent: (ctx: Context) => void;
}

/** Feeds of the site and of each tag, the sitemap, robots.txt, OpenSearch and OPML. */
export function createFeedRoutes(deps: FeedRouteDependencies): Router {
  const { posts, site, clock, metrics } = deps;
  const router = createRouter();
  const send = createFeedSender(deps);
  const tags = new VersionedValue(() => posts.tags());

  async function sendFeed(ctx: Context, format: FeedFormat, asked: string | undefined): Promise<void> {
    // Feed readers go on asking by the name that they subscribed to, with validators: the present address compares them.
    const key = asked === undefined ? undefined : tagKey(posts.tagNames.nameOf(asked));
    const tag = tags.at(clock.state().key).find((known) => tagKey(known.tag) === key)?.tag;
    if (tag !== undefined && tag !== asked) {
      allowOtherSites(ctx);
      return movePermanently(ctx, `${tagUrl(tag)}${ctx.path.slice(ctx.path.lastIndexOf('/'))}`);
    }
    metrics.feedRequested(format);
    if (asked !== undefined && tag === undefined) ctx.throw(404, 'No post has this tag.');
    // With the first feed, as its library takes a tenth of the blog's start.
    const { formatFeed } = await import('./feed-format.ts');
    const file = {
      template: `feed.${format}`,
      name: `feed ${format} ${tag ?? ''}`,
      type: TYPES[format],
    };
    send(ctx, file, (at) => {
      const started = performance.now();
      const body = formatFeed(format, { site, origin: at, tag, posts: posts.latest(MAX_FEED_POSTS, tag) });
      metrics.feedGenerated(format, performance.now() - started);
      return body;
    });
    deps.onSent(ctx);
  }

  for (const format of FORMATS) {
    router.get(`/feed.${format}`, (ctx) => sendFeed(ctx, format, undefined));
    router.get(`/tags/:tag/feed.${format}`, (ctx) => sendFeed(ctx, format, ctx.params['tag']));
  }

  router.get(['/feed', '/tags/:tag/feed'], (ctx) => {
    ctx.vary('Accept');
    const type = ctx.accepts(NEGOTIABLE.map(([name]) => name));
    // A client that accepts none of these, as a browser, still gets a feed: the address names one.
    const format = NEGOTIABLE.find(([name]) => name === type)?.[1] ?? 'atom';
    return sendFeed(ctx, format, ctx.params['tag']);
  });

  addSitemapRoutes(router, { posts, send });
  router.get('/robots.txt', (ctx) => {
    send(ctx, { template: 'robots.txt', name: 'robots', type: 'text/plain; charset=utf-8' }, robotsText);
  });
  router.get('/opensearch.xml', (ctx) => {
    const type = 'application/opensearchdescription+xml; charset=utf-8';
    send(ctx, { template: 'opensearch.xml', name: 'opensearch', type }, (at) => openSearchXml(site, at));
  });
  router.get('/feeds.opml', (ctx) => {
    const file = { template: 'feeds.opml', name: 'opml', type: 'text/x-opml; charset=utf-8' };
    send(ctx, file, (at) => opmlXml(site, at));
  });

  return router;
}
