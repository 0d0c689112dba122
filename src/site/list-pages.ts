import type { PostPage } from '../posts/post.ts';
import { tagUrl } from '../posts/post-path.ts';
import type { PictureSize } from '../media/picture-sizes.ts';
import { monthName } from '../markup/dates.ts';
import { html, type Html } from '../markup/html.ts';
import { authorCard, authorsOf } from './author-card.ts';
import { headPicture } from './head-picture.ts';
import { jsonLd } from './json-ld.ts';
import type { Page } from './layout.ts';
import { pageTurner, postList, turns } from './post-list.ts';
import type { SiteSettings } from '../db/site-settings.ts';

interface ListOptions {
  readonly site: SiteSettings;
  readonly posts: PostPage;
  /** The list's own path without a query. */
  readonly path: string;
  /** The requested query with its `?`, or empty: the first page is canonical without one. */
  readonly query: string;
  readonly origin: string;
}

function list(
  options: ListOptions,
  page: { readonly title: string; readonly lead: Html; readonly empty: Html },
): Page {
  const { site, posts, path } = options;
  const address = (query: string): string => path + query;
  const { newer, older } = turns(posts, address);
  return {
    title: page.title,
    description: page.title === '' ? site.description : `${page.title}: posts on ${site.title}`,
    canonicalPath: address(options.query),
    previousPath: newer,
    nextPath: older,
    body: html`<div class="h-feed">
      ${page.lead}
      <data class="u-url" value="${options.origin}${path}"></data>
      ${authorCard(authorsOf([], site, options.origin)[0], false)}
      ${posts.posts.length === 0 ? page.empty : postList(posts.posts, site)} ${pageTurner(posts, address)}
    </div>`,
  };
}

/** @param mediaSize Of a file of this blog. */
export function frontPage(
  options: ListOptions & { readonly mediaSize: (name: string) => PictureSize | undefined },
): Page {
  const { site, origin, mediaSize } = options;
  const first = options.query === '';
  const page = list(options, {
    title: first ? '' : 'Older posts',
    lead: html`${first && headPicture(site.headPicture, mediaSize)}
      <h1 class="${first ? 'lead p-summary' : 'quiet'}">${first ? site.description : 'Older posts'}</h1>
      <data class="p-name" value="${site.title}"></data>`,
    empty: html`<p class="empty">No post is published yet. The first one will appear here.</p>`,
  });
  const head = first
    ? jsonLd({
        '@type': 'Blog',
        name: site.title,
        description: site.description,
        url: `${origin}/`,
        inLanguage: site.language,
      })
    : undefined;
  return { ...page, head };
}

export function tagPage(options: ListOptions & { readonly tag: string; readonly count: number }): Page {
  const { tag, count } = options;
  const page = list(options, {
    title: tag,
    lead: html`<header class="page-head">
      <h1 class="p-name"><bdi>${tag}</bdi></h1>
      <p>
        ${count === 1 ? '1 post' : `${count} posts`} with this tag ·
        <a href="${tagUrl(tag)}/feed.rss">feed</a> · <a href="/tags">all tags</a>
      </p>
    </header>`,
    empty: html`<p class="empty">No posts here. <a href="/tags">See all tags</a>.</p>`,
  });
  return { ...page, tag, current: 'tags' };
}

export function periodPage(
  options: ListOptions & { readonly year: number; readonly month?: number | undefined },
): Page {
  const { year, month, site } = options;
  const title = month === undefined ? String(year) : `${monthName(month, site.language, 'long')} ${year}`;
  const up = month === undefined ? '' : html` · <a href="/archive/${year}">all of ${year}</a>`;
  const page = list(options, {
    title,
    lead: html`<header class="page-head">
      <h1 class="p-name">${title}</h1>
      <p><a href="/archive">Archive</a>${up}</p>
    </header>`,
    empty: html`<p class="empty">
      No post was published in this period. <a href="/archive">See the archive</a>.
    </p>`,
  });
  return { ...page, current: 'archive' };
}
