import type { Router } from '@koa/router';
import type { PostStore } from '../../posts/post-store.ts';
import type { FeedSender } from './feed-sender.ts';
import { sitemapIndexXml, sitemapPages, sitemapXml, type SitemapEntry } from './sitemap.ts';

const FILE = { template: 'sitemap.xml', type: 'application/xml; charset=utf-8' };

/** One sitemap, or an index of several where there are many posts. */
export function addSitemapRoutes(
  router: Router,
  { posts, send }: { readonly posts: Pick<PostStore, 'sitemap'>; readonly send: FeedSender },
): void {
  const sitemap = (): (readonly SitemapEntry[])[] => sitemapPages([...posts.sitemap()]);

  router.get('/sitemap.xml', (ctx) => {
    send(ctx, { ...FILE, name: 'sitemap' }, (at) => {
      const pages = sitemap();
      return pages.length > 1 ? sitemapIndexXml(pages, at) : sitemapXml(pages[0] ?? [], at);
    });
  });
  router.get('/sitemap/:page.xml', (ctx) => {
    const number = ctx.params['page'] ?? '';
    if (!/^[1-9]\d{0,4}$/.test(number)) return ctx.throw(404);
    send(ctx, { ...FILE, name: `sitemap ${number}` }, (at) => {
      const page = sitemap()[Number(number) - 1];
      return page === undefined ? ctx.throw(404) : sitemapXml(page, at);
    });
  });
}
