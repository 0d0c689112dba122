import type { Assets } from './assets.ts';
import { tagUrl } from '../posts/post-path.ts';
import { accentUrl } from './accent.ts';
import { cardHead, cardOf, type CardPicture } from './card-picture.ts';
import { html, type Html } from '../markup/html.ts';
import { menuOf, type MenuLink } from './menu.ts';
import { LOGO } from './logo.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { textDirection } from '../markup/text-direction.ts';

export type NavigationEntry = 'archive' | 'tags' | 'about' | 'search';

/** A page for readers: its content and its head. Addresses are paths of the blog. */
export interface Page {
  /** Empty: the site's title alone. */
  readonly title: string;
  readonly description: string;
  readonly body: Html;
  /** The canonical address; undefined on pages that search engines should skip (errors, searches). */
  readonly canonicalPath?: string | undefined;
  readonly language?: string;
  readonly current?: NavigationEntry | undefined;
  /** rel=prev (newer) and rel=next (older). */
  readonly previousPath?: string | undefined;
  readonly nextPath?: string | undefined;
  /** The tag whose feeds the head lists too. */
  readonly tag?: string | undefined;
  readonly openGraphType?: 'website' | 'article';
  /** The picture of link previews; default: that of the settings. */
  readonly picture?: CardPicture | undefined;
  readonly head?: Html | undefined;
}

/** The request's part in a page. */
export interface PageSetting {
  /** The public scheme, host, port and, if any, base path. */
  readonly origin: string;
  readonly hasAbout: boolean;
}

/** Renders a whole document. */
export type Layout = (page: Page, setting: PageSetting) => string;

const NAVIGATION: readonly {
  readonly entry: NavigationEntry;
  readonly path: string;
  readonly label: string;
}[] = [
  { entry: 'archive', path: '/archive', label: 'Archive' },
  { entry: 'tags', path: '/tags', label: 'Tags' },
  { entry: 'about', path: '/about', label: 'About' },
  { entry: 'search', path: '/search', label: 'Search' },
];

export const FEEDS = [
  { path: '/feed.rss', type: 'application/rss+xml', label: 'RSS' },
  { path: '/feed.atom', type: 'application/atom+xml', label: 'Atom' },
  { path: '/feed.json', type: 'application/feed+json', label: 'JSON' },
] as const;

/** Creates the layout of every page for readers. Throws at once when the stylesheet is missing. */
export function createLayout(deps: {
  readonly site: SiteSettings;
  readonly assets: Assets;
  /** False: no page leads to the search. */
  readonly hasSearch?: boolean;
}): Layout {
  const { site, hasSearch = true } = deps;
  const frame: Frame = { site, hasSearch, files: filesOf(deps.assets) };

  return (page, setting) => {
    const language = page.language ?? site.language;
    // The frame of a page in another language stays in the site's language.
    const frameLanguage =
      language === site.language ? '' : html` lang="${site.language}" dir="${textDirection(site.language)}"`;
    return html`<!DOCTYPE html>
      <html lang="${language}" dir="${textDirection(language)}">
        <head>
          ${head(page, setting, frame)}
        </head>
        <body>
          <a class="skip" href="#content" ${frameLanguage}>Skip to the text</a>
          <header class="site-head" ${frameLanguage}>
            <a class="site-name" href="/" rel="home">${LOGO}<span>${site.title}</span></a>
            ${navigation(page, setting, frame)}
          </header>
          <main id="content" tabindex="-1">${page.body}</main>
          <footer class="site-foot" ${frameLanguage}>
            <p>${site.footer === '' ? defaultFooter(site) : html`<bdi>${site.footer}</bdi>`}</p>
            <ul>
              ${FEEDS.map((feed) => html`<li><a href="${feed.path}" type="${feed.type}">${feed.label}</a></li>`)}
            </ul>
          </footer>
        </body>
      </html> `.text;
  };
}

/** Addresses in every page's head, resolved once. */
interface Frame {
  readonly site: SiteSettings;
  readonly hasSearch: boolean;
  readonly files: { readonly stylesheet: string; readonly icon: string; readonly textFont: Html | '' };
}

function filesOf(assets: Assets): Frame['files'] {
  const font = 'fonts/literata-latin-wght-normal.woff2';
  return {
    stylesheet: assets.url('site.css'),
    icon: assets.url('favicon.svg'),
    textFont: assets.names.includes(font)
      ? html`<link rel="preload" href="${assets.url(font)}" as="font" type="font/woff2" crossorigin />`
      : '',
  };
}

function feedLinks(title: string, base = ''): readonly Html[] {
  return FEEDS.map(
    ({ path, type, label }) =>
      html`<link rel="alternate" type="${type}" title="${title} (${label})" href="${base}${path}" /> `,
  );
}

function head(page: Page, setting: PageSetting, { site, hasSearch, files }: Frame): Html {
  const title = page.title === '' ? site.title : `${page.title} · ${site.title}`;
  const canonical = page.canonicalPath === undefined ? undefined : setting.origin + page.canonicalPath;
  const tagFeeds = page.tag === undefined ? [] : feedLinks(`${site.title}: ${page.tag}`, tagUrl(page.tag));
  return html`<meta charset="utf-8" />
    <title>${title}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="description" content="${page.description}" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#fbfcfa" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#0f1512" media="(prefers-color-scheme: dark)" />
    ${
      canonical === undefined
        ? html`<meta name="robots" content="noindex" />`
        : html`<link rel="canonical" href="${canonical}" />
            <meta property="og:url" content="${canonical}" />
            <meta property="og:title" content="${page.title === '' ? site.title : page.title}" />
            <meta property="og:description" content="${page.description}" />
            <meta property="og:type" content="${page.openGraphType ?? 'website'}" />
            <meta property="og:site_name" content="${site.title}" />
            ${cardHead(page.picture ?? cardOf(site), setting.origin)}`
    }
    <link rel="stylesheet" href="${files.stylesheet}" />
    ${site.accent !== '' && html`<link rel="stylesheet" href="${accentUrl(site.accent)}" />`}
    ${files.textFont}
    <link rel="icon" href="${files.icon}" type="image/svg+xml" />
    ${page.previousPath === undefined ? '' : html`<link rel="prev" href="${page.previousPath}" /> `}${
      page.nextPath === undefined ? '' : html`<link rel="next" href="${page.nextPath}" /> `
    }${feedLinks(site.title)}${tagFeeds}${
      hasSearch &&
      html`<link
        rel="search"
        type="application/opensearchdescription+xml"
        title="${site.title}"
        href="/opensearch.xml"
      />`
    }
    ${page.head}`;
}

function defaultFooter({ title, description }: SiteSettings): string {
  return /see through/i.test(description) ? title : `${title} · a blog you can see through`;
}

function navigation(page: Page, setting: PageSetting, { site, hasSearch }: Frame): Html {
  const own = menuOf(site.menu);
  if (own.length > 0) return ownMenu(own, page, hasSearch);
  const isThere = { archive: true, tags: true, about: setting.hasAbout, search: hasSearch };
  const entries = NAVIGATION.filter(({ entry }) => isThere[entry]);
  return html`<nav aria-label="Site">
    <ul>
      ${entries.map(
        ({ entry, path, label }) =>
          html`<li>
            <a href="${path}" ${page.current === entry ? html` aria-current="page"` : ''}>${label}</a>
          </li>`,
      )}
    </ul>
  </nav>`;
}

/** As the owner wrote it. */
function ownMenu(links: readonly MenuLink[], page: Page, hasSearch: boolean): Html {
  const here = page.canonicalPath ?? (page.current && `/${page.current}`);
  const shown = links.filter(({ address }) => hasSearch || address !== '/search');
  return html`<nav aria-label="Site">
    <ul>
      ${shown.map(
        ({ label, address }) =>
          html`<li>
            <a href="${address}" ${address === here ? html` aria-current="page"` : ''}><bdi>${label}</bdi></a>
          </li>`,
      )}
    </ul>
  </nav>`;
}
