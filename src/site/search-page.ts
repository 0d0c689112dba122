import type { SnippetPiece } from '../search/highlight.ts';
import type { SearchResults } from '../search/search-reader.ts';
import { postUrl } from '../posts/post-path.ts';
import { timeElement } from '../markup/dates.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';
import type { Page } from './layout.ts';
import { foreignAttributes } from './post-list.ts';
import type { SiteSettings } from '../db/site-settings.ts';

const MAX_QUERY_CHARACTERS = 200;

/** The search form, a plain GET. */
export function searchForm(query: string): Html {
  return html`<form class="search" action="/search" method="get" role="search">
    <label for="q">Search the posts</label>
    <div>
      <input
        type="search"
        id="q"
        name="q"
        value="${query}"
        maxlength="${MAX_QUERY_CHARACTERS}"
        dir="auto"
        autocomplete="off"
        spellcheck="false"
      /><button type="submit">Search</button>
    </div>
  </form>`;
}

export interface ShownSearch {
  readonly query: string;
  /** Undefined without a query. */
  readonly results: SearchResults | undefined;
  /** Posts that cannot be found yet. */
  readonly left: number;
}

export function searchPage({ query, results, left }: ShownSearch, site: SiteSettings): Page {
  return {
    title: query === '' ? 'Search' : `Search: ${query}`,
    description: `Search ${site.title}.`,
    current: 'search',
    canonicalPath: query === '' ? '/search' : undefined,
    body: html`<header class="page-head"><h1>Search</h1></header>
      ${searchForm(query)}
      ${left > 0 && html`<p class="empty" role="status">The search is being prepared: ${left === 1 ? '1 post is' : `${left.toLocaleString('en')} posts are`} not in it yet.</p>`}
      ${results === undefined ? html`<p class="empty">Searches titles, tags and texts. Accents and capitals do not matter.</p>` : found(query, results, site)}`,
  };
}

function found(query: string, results: SearchResults, site: SiteSettings): Html {
  if (results.total === 0) {
    return html`<p class="empty" role="status">
      No post matches “${query}”. Try fewer or shorter words, or look through the
      <a href="/archive">archive</a>.
    </p>`;
  }
  return html`<p class="count" role="status">
      ${results.isMore && 'more than '}${results.total === 1 ? '1 post' : `${results.total.toLocaleString('en')} posts`}${
        results.pages > 1 ? `, page ${results.page} of ${results.pages}` : ''
      }
    </p>
    <ol class="posts">
      ${results.hits.map(
        (hit) =>
          html`<li>
            ${timeElement(hit.publishedAtMillis, site, 'short', 'dt-published')}
            <div${foreignAttributes(hit.language, site)}>
              <h2><a href="${postUrl(hit.path)}">${titleHtml(hit.titlePieces)}</a></h2>
              <p>${pieces(hit.snippet)}</p>
            </div>
          </li> `,
      )}
    </ol>
    ${turner(query, results)}`;
}

function pieces(all: readonly SnippetPiece[]): Html {
  return html`${all.map((piece) => (piece.hit ? html`<mark>${piece.text}</mark>` : piece.text))}`;
}

function turner(query: string, { page, pages }: SearchResults): Html {
  if (pages <= 1) return html``;
  const address = (to: number): string => `/search?q=${encodeURIComponent(query)}&page=${to}`;
  return html`<nav class="turn" aria-label="Pages">
    ${page > 1 ? html`<a rel="prev" href="${address(page - 1)}">← Better matches</a>` : html`<span></span>`}
    ${page < pages ? html`<a rel="next" href="${address(page + 1)}">More →</a>` : html`<span></span>`}
  </nav>`;
}
