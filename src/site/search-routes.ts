import type { Router } from '@koa/router';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import type { PageSender } from './page-sender.ts';
import { searchPage } from './search-page.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import type { Searches } from '../search/search-reader.ts';
import { createRouter } from '../http/router.ts';

/** A longer query is cut, not refused. */
const MAX_QUERY_CHARACTERS = 200;

/** `/search?q=…&page=…`; without a query it shows the form alone. */
export function createSearchRoutes(deps: {
  readonly search: Searches;
  readonly site: SiteSettings;
  readonly sendPage: PageSender;
  readonly metrics: BusinessMetrics;
}): Router {
  const router = createRouter();

  router.get('/search', async (ctx) => {
    const query = first(ctx.query['q']).trim().toWellFormed().slice(0, MAX_QUERY_CHARACTERS);
    const page = Number(first(ctx.query['page']));
    if (query === '') deps.search.prepare?.();
    const results =
      query === ''
        ? undefined
        : await deps.search.search(query, { page: Number.isSafeInteger(page) && page > 0 ? page : 1 });
    if (results !== undefined) deps.metrics.searched();
    const left = deps.search.unindexed ?? 0;
    deps.sendPage(ctx, { template: 'search' }, () => ({
      draw: () => searchPage({ query, results, left }, deps.site),
      isCached: false,
    }));
  });

  return router;
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
