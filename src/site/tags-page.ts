import { tagUrl } from '../posts/post-path.ts';
import { html } from '../markup/html.ts';
import type { Page } from './layout.ts';
import type { SiteSettings } from '../db/site-settings.ts';

export function tagsPage(
  tags: readonly { readonly tag: string; readonly count: number }[],
  site: SiteSettings,
): Page {
  const sorted = tags.toSorted((a, b) => a.tag.localeCompare(b.tag, site.language));
  return {
    title: 'Tags',
    description: `The tags of ${site.title}.`,
    canonicalPath: '/tags',
    current: 'tags',
    body: html`<header class="page-head"><h1>Tags</h1></header>
      ${
        sorted.length === 0
          ? html`<p class="empty">
              No post has a tag yet. The <a href="/archive">archive</a> lists all posts by date.
            </p>`
          : html`<ul class="tags">
              ${sorted.map(
                ({ tag, count }) =>
                  html`<li>
                    <a href="${tagUrl(tag)}"><bdi>${tag}</bdi></a
                    > <small>${count}</small>
                  </li> `,
              )}
            </ul>`
      }`,
  };
}
