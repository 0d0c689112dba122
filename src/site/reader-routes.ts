import type { Context, Middleware } from 'koa';
import type { Router } from '@koa/router';
import type { Database } from 'better-sqlite3';
import type { Render } from '../markup/render.ts';
import type { BlogConfig } from '../process/config.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import { createFeedRoutes } from './feeds/feed-routes.ts';
import type { Assets } from './assets.ts';
import type { MediaStore } from '../media/media-store.ts';
import { createMediaRoutes } from './media-routes.ts';
import { ContentClock } from '../posts/content-clock.ts';
import type { DraftLinks } from '../posts/draft-links.ts';
import type { MediaUses } from '../posts/media-uses.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { Redirects } from '../posts/redirects.ts';
import { createPostPathRoutes, createPostRoutes } from './post-routes.ts';
import { createSearchRoutes } from './search-routes.ts';
import { SearchReader, type Searches } from '../search/search-reader.ts';
import { createRouter } from '../http/router.ts';
import { SHARED_DRAFT_PATH } from '../process/own-addresses.ts';
import { createSharedDraft } from './shared-draft.ts';
import type { ReaderCounts } from '../posts/readers/reader-counts.ts';
import { createVisitCounter } from '../posts/readers/visit-counter.ts';
import { createOrigin } from '../http/absolute-url.ts';
import { basePathOf } from '../http/base-path.ts';
import { createErrorRenderer } from './error-renderer.ts';
import { createLayout } from './layout.ts';
import { PageCache } from './page-cache.ts';
import { createPageSender, type SentPage } from './page-sender.ts';
import type { SiteSettings, StoredSiteSettings } from '../db/site-settings.ts';

interface ReaderDependencies {
  readonly config: Pick<BlogConfig, 'publicUrl' | 'dataDir' | 'pageCacheBytes'>;
  readonly database: Database;
  readonly render: Render;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Read for each page: the owner may rename the blog while it runs. */
  readonly site: SiteSettings & Pick<StoredSiteSettings, 'reload'>;
  readonly assets: Assets;
  readonly posts: PostStore;
  /** Undefined: in this thread. `none`: there is no search. */
  readonly search?: Searches | 'none' | undefined;
  readonly media: Pick<MediaStore, 'find'>;
  readonly mediaUses: Pick<MediaUses, 'isPublic'>;
  readonly redirects: Pick<Redirects, 'find'>;
  /** Undefined: no link opens a draft. */
  readonly draftLinks?: Pick<DraftLinks, 'find' | 'opensMedia'> | undefined;
  readonly metrics: BusinessMetrics;
  /** Undefined: readers are not counted. */
  readonly readers?: ReaderCounts | undefined;
  readonly isOwner: (ctx: Pick<Context, 'state'>) => boolean;
}

/** Everything readers see, in the order in which the app mounts it. */
export interface ReaderRoutes {
  /** Mounted inside X-Request-ID and the security headers, outside everything that may fail. */
  readonly errors: Middleware;
  /** Pages from the cache. Mounted before all routes, inside what limits requests and knows the owner. */
  readonly sendCached: Middleware;
  /** Files, feeds, search, lists. */
  readonly routers: readonly Router[];
  /** Matches every remaining path; mounted last. */
  readonly postPaths: Router;
}

export function createReaderRoutes(deps: ReaderDependencies): ReaderRoutes {
  const { assets, posts, site, media, metrics, render, config } = deps;
  const search = deps.search ?? new SearchReader(deps.database, { now: deps.now });
  const hasSearch = search !== 'none';
  const clock = new ContentClock(deps.database, { now: deps.now, onChange: () => site.reload() });
  const origin = createOrigin(config);
  const layout = createLayout({ site, assets, hasSearch });
  const visits = createVisitCounter({ counts: deps.readers, origin, isOwner: deps.isOwner });
  const cache = new PageCache(config.pageCacheBytes);
  metrics.watchCache(() => cache.size);
  const onSent = (ctx: Context, { template, isCached }: SentPage): void => {
    visits.page(ctx, template);
    // The path of an unlisted post is a secret.
    if (template === 'post' && ctx.method === 'GET')
      metrics.postRead(isCached ? decodeURIComponent(ctx.path).slice(1) : undefined);
  };
  const { sendPage, sendCached } = createPageSender({
    render,
    layout,
    origin,
    clock,
    cache,
    metrics,
    basePath: basePathOf(config.publicUrl),
    onSent,
  });
  const { draftLinks } = deps;
  const sharedDrafts = createRouter();
  if (draftLinks !== undefined)
    sharedDrafts.get(
      SHARED_DRAFT_PATH,
      createSharedDraft({ draftLinks, posts, site, layout, origin, render }),
    );
  return {
    errors: createErrorRenderer({
      render,
      layout,
      origin,
      hasAbout: () => clock.state().hasAbout,
      hasSearch,
    }),
    sendCached,
    routers: [
      createMediaRoutes({
        config,
        assets,
        media,
        metrics,
        isPublic: (name) => deps.mediaUses.isPublic(name),
        mayOpen: (ctx, name) =>
          deps.isOwner(ctx) || draftLinks?.opensMedia(String(ctx.query['token'] ?? ''), name) === true,
      }),
      createFeedRoutes({ posts, site, origin, clock, cache, metrics, render, onSent: visits.feed }),
      ...(search === 'none' ? [] : [createSearchRoutes({ search, site, sendPage, metrics })]),
      createPostRoutes({ posts, clock, site, sendPage }),
      sharedDrafts,
    ],
    postPaths: createPostPathRoutes({ posts, clock, site, sendPage, redirects: deps.redirects }),
  };
}
