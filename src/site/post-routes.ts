import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { tagUrl } from '../posts/post-path.ts';
import { archivePage } from './archive-page.ts';
import { formerFeed } from './feeds/former-feeds.ts';
import { frontPage, periodPage, tagPage } from './list-pages.ts';
import { movePermanently } from './move-permanently.ts';
import type { PageSender, PageSource } from './page-sender.ts';
import { postPage } from './post-page.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { tagsPage } from './tags-page.ts';
import type { ContentClock } from '../posts/content-clock.ts';
import { tagKey } from '../posts/post-listings.ts';
import { decodePath, postUrl } from '../posts/post-path.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { Redirects } from '../posts/redirects.ts';
import { shortLinkIn } from '../posts/short-link.ts';
import { VersionedValue } from './versioned-value.ts';
import type { PictureSize } from '../media/picture-sizes.ts';
import { createRouter } from '../http/router.ts';

const REMOVED = 'The author removed the post at this address.';

interface PostRouteDependencies {
  readonly posts: PostStore;
  readonly clock: ContentClock;
  readonly site: SiteSettings;
  readonly sendPage: PageSender;
}

interface PostPathDependencies extends PostRouteDependencies {
  readonly redirects: Pick<Redirects, 'find'>;
}

/** Routes of the lists: front page, tags, archive. */
export function createPostRoutes(deps: PostRouteDependencies): Router {
  const { posts, clock, site, sendPage } = deps;
  const router = createRouter();
  // Both count every post, so they are queried again only after a change.
  const tagCounts = new VersionedValue(() => posts.tags());
  const monthCounts = new VersionedValue(() => posts.archive());

  const mediaSize = (name: string): PictureSize | undefined => posts.rendering.mediaSize(name);

  router.get('/', (ctx) => {
    if (isShortLinkFollowed(ctx, posts)) return;
    const cursor = cursorOf(ctx);
    const query = queryOf(cursor);
    sendPage(ctx, { template: 'front', query }, () => {
      const page = posts.page(cursor);
      return { draw: (origin) => frontPage({ site, posts: page, path: '/', query, origin, mediaSize }) };
    });
  });

  router.get('/tags', (ctx) => {
    sendPage(ctx, { template: 'tags' }, () => {
      const tags = tagCounts.at(clock.state().key);
      return { draw: () => tagsPage(tags, site) };
    });
  });

  router.get('/tags/:tag', (ctx) => {
    const cursor = cursorOf(ctx);
    const query = queryOf(cursor);
    sendPage(ctx, { template: 'tag', query }, () => {
      const key = tagKey(ctx.params['tag'] ?? '');
      const found = tagCounts.at(clock.state().key).find((known) => tagKey(known.tag) === key);
      if (found === undefined) {
        const renamed = posts.tagNames.find(key);
        // Another spelling of the same tag would lead back here.
        if (renamed !== undefined && tagKey(renamed) !== key) return movePermanently(ctx, tagUrl(renamed));
        return ctx.throw(404, 'No post has this tag.');
      }
      const { tag, count } = found;
      if (tag !== ctx.params['tag']) return movePermanently(ctx, tagUrl(tag));
      const page = posts.page({ ...cursor, tag });
      return {
        draw: (origin) => tagPage({ site, posts: page, path: tagUrl(tag), query, origin, tag, count }),
      };
    });
  });

  router.get('/archive', (ctx) => {
    sendPage(ctx, { template: 'archive' }, () => {
      const months = monthCounts.at(clock.state().key);
      return { draw: () => archivePage(months, site) };
    });
  });

  router.get(['/archive/:year', '/archive/:year/:month'], (ctx) => {
    const period = periodOf(ctx.params['year'], ctx.params['month']);
    if (period === undefined)
      return ctx.throw(404, 'The archive has pages like /archive/2026 and /archive/2026/03.');
    const cursor = cursorOf(ctx);
    const query = queryOf(cursor);
    sendPage(ctx, { template: 'archive-period', query }, () => {
      const page = posts.page({ ...cursor, ...period });
      return {
        draw: (origin) =>
          periodPage({ site, posts: page, path: periodUrl(period), query, origin, ...period }),
      };
    });
  });

  return router;
}

/** Posts at their own addresses. Matches every path, so it is mounted last. */
export function createPostPathRoutes(deps: PostPathDependencies): Router {
  const { posts, site, sendPage, redirects } = deps;
  const router = createRouter();

  function readPost(ctx: Context): PageSource | undefined {
    const found = posts.lookup(ctx.path);
    switch (found.kind) {
      case 'post': {
        const { post } = found;
        // The look-up normalises to NFC, so a decomposed spelling finds the post too.
        if (decodeURIComponent(ctx.path) !== `/${post.path}`) return movePermanently(ctx, postUrl(post.path));
        // The clock ignores unlisted posts: a save of one changes no other page.
        const isCached = post.status !== 'unlisted';
        const neighbours = isCached ? posts.neighbours(post) : {};
        return {
          draw: (origin) => postPage({ post, neighbours, site, origin }),
          ownChangeMillis: post.updatedAtMillis,
          isCached,
        };
      }
      case 'moved':
        return movePermanently(ctx, postUrl(found.path));
      case 'gone':
      case 'missing': {
        const target = redirects.find(ctx.path);
        if (target !== undefined) return movePermanently(ctx, target);
        if (found.kind === 'gone') return ctx.throw(410, REMOVED);
        const path = decodePath(ctx.path) ?? '';
        if (path === 'index.php' && isShortLinkFollowed(ctx, posts)) return undefined;
        const feed = formerFeed(path);
        if (feed !== undefined) return movePermanently(ctx, feed);
        // People shorten a post's dated address to browse.
        const period = /^(\d{4})(?:\/(\d{1,2}))?$/.exec(path);
        const known = period === null ? undefined : periodOf(period[1], period[2]);
        if (known === undefined) return ctx.throw(404);
        return movePermanently(ctx, periodUrl(known));
      }
    }
  }

  router.get('/:path', '/*path', (ctx) => {
    sendPage(ctx, { template: 'post' }, () => readPost(ctx));
  });

  return router;
}

/** Returns true if the query asks for a post by its number at WordPress, and the answer leads there or says that it is gone. */
function isShortLinkFollowed(ctx: Context, posts: PostStore): boolean {
  const short = ctx.search === '' ? undefined : shortLinkIn(ctx.search);
  if (short === undefined) return false;
  const found = posts.lookup(postUrl(short.path));
  if (found.kind === 'gone') return ctx.throw(410, REMOVED);
  if (found.kind !== 'moved') return false;
  movePermanently(ctx, postUrl(found.path), short.rest);
  return true;
}

interface Cursor {
  readonly before?: string;
  readonly after?: string;
}

function cursorOf(ctx: Context): Cursor {
  const { before, after } = ctx.query;
  if (typeof before === 'string' && before !== '') return { before };
  if (typeof after === 'string' && after !== '') return { after };
  return {};
}

function queryOf({ before, after }: Cursor): string {
  if (before !== undefined) return `?before=${encodeURIComponent(before)}`;
  return after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
}

interface Period {
  readonly year: number;
  readonly month?: number;
}

function periodUrl({ year, month }: Period): string {
  return `/archive/${year}${month === undefined ? '' : `/${String(month).padStart(2, '0')}`}`;
}

function periodOf(year: string | undefined, month: string | undefined): Period | undefined {
  if (year === undefined || !/^[1-9]\d{3}$/.test(year)) return undefined;
  if (month === undefined) return { year: Number(year) };
  return /^(?:0?[1-9]|1[0-2])$/.test(month) ? { year: Number(year), month: Number(month) } : undefined;
}
