import { postUrl } from '../posts/post-path.ts';
import type { Post, PostSummary } from '../posts/post.ts';
import { tagUrl } from '../posts/post-path.ts';
import { timeElement } from '../markup/dates.ts';
import { html, raw, type Html } from '../markup/html.ts';
import { absoluteAddress, firstPicture, type CardPicture } from './card-picture.ts';
import { jsonLd } from './json-ld.ts';
import type { Page } from './layout.ts';
import { menuOf } from './menu.ts';
import { foreignAttributes } from './post-list.ts';
import { shownLanguage, shownTitle } from './shown-title.ts';
import { textDirection } from '../markup/text-direction.ts';
import { titleClasses, titleHtml, titleText } from '../markup/title.ts';
import { authorOf, type SiteSettings } from '../db/site-settings.ts';
import { authorCard, authorsOf, type Author } from './author-card.ts';

/** An update is shown if it came at least a day after publishing; earlier ones are corrections. */
const SHOWN_UPDATE_MILLIS = 24 * 60 * 60 * 1000;

export interface Neighbours {
  readonly older?: PostSummary | undefined;
  readonly newer?: PostSummary | undefined;
}

/** A post as an h-entry, with links to its neighbours. */
export function postPage(options: {
  readonly post: Post;
  readonly neighbours: Neighbours;
  readonly site: SiteSettings;
  readonly origin: string;
}): Page {
  const { post, neighbours, site, origin } = options;
  const path = postUrl(post.path);
  const authors = authorsOf(post.authors, site, origin);
  const picture = firstPicture(post.html);
  const title = shownTitle(post, site);
  return {
    title: titleText(title),
    description: post.summary,
    canonicalPath: path,
    language: shownLanguage(post, site),
    current: post.path === 'about' ? 'about' : undefined,
    openGraphType: 'article',
    picture,
    head: metadata(post, { authors, site, origin, picture }),
    body: html`<article class="h-entry">
        <header class="post-head">
          <h1 class="${['p-name', ...titleClasses(title)].join(' ')}">${titleHtml(title)}</h1>
          ${byline(post, authors, site)}
        </header>
        <div class="e-content">${raw(post.html)}</div>
        <data class="u-url" value="${origin}${path}"></data>
        ${post.summary === '' ? '' : html`<data class="p-summary" value="${post.summary}"></data>`}
      </article>
      ${beside(neighbours, site)}`,
  };
}

function byline(post: Post, authors: readonly [Author, ...Author[]], site: SiteSettings): Html {
  const named = post.authors.some((author) => author !== authorOf(site));
  const published = post.publishedAtMillis;
  const updated =
    published !== null &&
    post.updatedAtMillis - Math.max(published, post.createdAtMillis) >= SHOWN_UPDATE_MILLIS;
  // An unlisted page (about, contact) has no date.
  const dated = post.status !== 'unlisted' && published !== null;
  const isForeign = shownLanguage(post, site) !== site.language;
  // The blog's own words in a post of the other text direction: isolate each part.
  const own = (part: Html): Html =>
    isForeign ? html`<bdi dir="${textDirection(site.language)}">${part}</bdi>` : part;
  return html`<p class="byline" ${isForeign && html` lang="${site.language}"`}>
    ${dated ? own(timeElement(published, site, 'long', 'dt-published')) : ''}
    ${
      named
        ? own(
            html`<span
              >by
              ${authors.map((author, index) => html`${index === 0 ? '' : ', '}${authorCard(author, true)}`)}</span
            >`,
          )
        : authorCard(authors[0], !dated && site.author !== '')
    }
    ${dated ? own(html`<span>${post.readingMinutes === 1 ? '1 minute' : `${post.readingMinutes} minutes`}</span>`) : ''}
    ${updated && dated ? own(html`<span>updated ${timeElement(post.updatedAtMillis, site, 'long', 'dt-updated')}</span>`) : html`<data class="dt-updated" value="${new Date(post.updatedAtMillis).toISOString()}"></data>`}
    ${post.tags.map((tag) => html`<a class="p-category" rel="tag" href="${tagUrl(tag)}" dir="auto">${tag}</a> `)}
  </p>`;
}

function beside({ older, newer }: Neighbours, site: SiteSettings): Html {
  if (older === undefined && newer === undefined) return html``;
  const link = (post: PostSummary | undefined, rel: string, label: string): Html =>
    post === undefined
      ? html`<span></span>`
      : html`<a rel="${rel}" href="${postUrl(post.path)}"><small>${label}</small> <span${foreignAttributes(post.language, site)}>${titleHtml(shownTitle(post, site))}</span></a>`;
  return html`<nav
    class="beside"
    aria-label="Earlier and later posts"
    lang="${site.language}"
    dir="${textDirection(site.language)}"
  >
    ${link(older, 'prev', 'Earlier')} ${link(newer, 'next', 'Later')}
  </nav>`;
}

/** A page that every page leads to is no secret. */
function isInMenu({ path }: Post, site: SiteSettings): boolean {
  return menuOf(site.menu).some(({ address }) => address === postUrl(path));
}

function metadata(
  post: Post,
  options: {
    readonly authors: readonly Author[];
    readonly site: SiteSettings;
    readonly origin: string;
    readonly picture: CardPicture | undefined;
  },
): Html {
  const { authors, site, origin, picture } = options;
  const published =
    post.publishedAtMillis === null ? undefined : new Date(post.publishedAtMillis).toISOString();
  const updated = new Date(post.updatedAtMillis).toISOString();
  const url = origin + postUrl(post.path);
  const language = shownLanguage(post, site);
  const openGraph = html`${
      published === undefined ? '' : html`<meta property="article:published_time" content="${published}" /> `
    }<meta property="article:modified_time" content="${updated}" />
    <meta property="og:locale" content="${language.replace('-', '_')}" />
    ${authors.map(({ name }) => html`<meta property="article:author" content="${name}" /> `)}${post.tags.map(
      (tag) => html`<meta property="article:tag" content="${tag}" /> `,
    )}`;
  const robots =
    post.status === 'unlisted' && post.path !== 'about' && !isInMenu(post, site)
      ? html`<meta name="robots" content="noindex" /> `
      : '';
  return html`${robots}${openGraph}${jsonLd({
    '@type': 'BlogPosting',
    headline: titleText(shownTitle(post, site)),
    description: post.summary,
    url,
    mainEntityOfPage: url,
    datePublished: published,
    dateModified: updated,
    inLanguage: language,
    image: picture && absoluteAddress(picture.address, origin),
    keywords: post.tags.length === 0 ? undefined : post.tags,
    author: authors.map(({ name, url: home, picture }) => ({
      '@type': 'Person',
      name,
      url: home,
      image: picture,
    })),
    isPartOf: { '@type': 'Blog', name: site.title, url: `${origin}/` },
  })}`;
}
