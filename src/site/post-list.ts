import type { PostPage, PostSummary } from '../posts/post.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { postUrl } from '../posts/post-path.ts';
import { timeElement } from '../markup/dates.ts';
import { html, type Html } from '../markup/html.ts';
import { textDirection } from '../markup/text-direction.ts';
import { titleHtml } from '../markup/title.ts';
import { shownTitle } from './shown-title.ts';

/** A list of posts: date, title, summary. */
export function postList(posts: readonly PostSummary[], site: SiteSettings): Html {
  return html`<ol class="posts">
    ${posts.map((post) => entry(post, site))}
  </ol>`;
}

function entry(post: PostSummary, site: SiteSettings): Html {
  return html`<li class="h-entry">
${post.publishedAtMillis === null ? '' : timeElement(post.publishedAtMillis, site, 'short', 'dt-published')}
<div${foreignAttributes(post.language, site)}>
<h2><a class="p-name u-url" href="${postUrl(post.path)}">${titleHtml(shownTitle(post, site))}</a></h2>
${post.summary === '' ? '' : html`<p class="p-summary">${post.summary}</p>`}
</div>
</li>
`;
}

/** `lang` and `dir` of a text in another language than the site's. */
export function foreignAttributes(
  language: string | undefined,
  site: Pick<SiteSettings, 'language'>,
): Html | string {
  return language === undefined || language === site.language
    ? ''
    : html` lang="${language}" dir="${textDirection(language)}"`;
}

/** Links to newer and older posts, where there are any. */
export function pageTurner(page: PostPage, address: (query: string) => string): Html {
  const { newer, older } = turns(page, address);
  if (newer === undefined && older === undefined) return html``;
  return html`<nav class="turn" aria-label="Pages">
    ${newer === undefined ? html`<span></span>` : html`<a rel="prev" href="${newer}">← Newer</a>`}
    ${older === undefined ? html`<span></span>` : html`<a rel="next" href="${older}">Older →</a>`}
  </nav>`;
}

/** The addresses of the neighbouring pages; `address` appends a query to the list's path. */
export function turns(
  page: PostPage,
  address: (query: string) => string,
): { readonly newer: string | undefined; readonly older: string | undefined } {
  return {
    newer: page.newer === undefined ? undefined : address(`?after=${encodeURIComponent(page.newer)}`),
    older: page.older === undefined ? undefined : address(`?before=${encodeURIComponent(page.older)}`),
  };
}
