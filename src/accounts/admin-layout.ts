import type { SiteSettings } from '../db/site-settings.ts';
import { OBSERVATORY_PATH, READERS_PATH, REDIRECTS_PATH, TAGS_PATH } from '../process/own-addresses.ts';
import { html, type Html, type HtmlValue } from '../markup/html.ts';

/** Addresses of static files under their content hash. */
export interface Assets {
  url(name: string): string;
}

/** Entries of the menu. */
export type MenuKey =
  | 'overview'
  | 'changes'
  | 'objectives'
  | 'alerts'
  | 'content'
  | 'process'
  | 'routes'
  | 'queries'
  | 'slow'
  | 'failures'
  | 'not-found'
  | 'logs'
  | 'traces'
  | 'sampling'
  | 'export'
  | 'buffer'
  | 'posts'
  | 'readers'
  | 'new-post'
  | 'media'
  | 'tags'
  | 'redirects'
  | 'settings';

interface MenuEntry {
  readonly key: MenuKey;
  readonly label: string;
  readonly path: string;
  /** The key that opens it after `g`. */
  readonly go?: string;
}

/** The menu of all admin pages. A page marks its entry by key: `menu` of an observatory page, else `current`. */
const MENU: readonly { readonly label: string; readonly entries: readonly MenuEntry[] }[] = [
  {
    label: 'Watch',
    entries: [
      { key: 'overview', label: 'Overview', go: 'o', path: OBSERVATORY_PATH },
      { key: 'changes', label: 'Changes', go: 'd', path: `${OBSERVATORY_PATH}/changes` },
      { key: 'objectives', label: 'Objectives', go: 'j', path: `${OBSERVATORY_PATH}/objectives` },
      { key: 'alerts', label: 'Alerts', go: 'l', path: `${OBSERVATORY_PATH}/alerts` },
      { key: 'content', label: 'Content', go: 'c', path: `${OBSERVATORY_PATH}/content` },
      { key: 'process', label: 'Process', go: 'p', path: `${OBSERVATORY_PATH}/process` },
    ],
  },
  {
    label: 'Find',
    entries: [
      { key: 'routes', label: 'Routes', go: 'r', path: `${OBSERVATORY_PATH}/routes` },
      { key: 'queries', label: 'Queries', go: 'q', path: `${OBSERVATORY_PATH}/queries` },
      { key: 'slow', label: 'Slow', go: 's', path: `${OBSERVATORY_PATH}/slow` },
      { key: 'failures', label: 'Failures', go: 'f', path: `${OBSERVATORY_PATH}/failures` },
      { key: 'not-found', label: 'Not found', go: 'n', path: `${OBSERVATORY_PATH}/not-found` },
      { key: 'traces', label: 'Traces', go: 't', path: `${OBSERVATORY_PATH}/traces` },
      { key: 'logs', label: 'Logs', go: 'i', path: `${OBSERVATORY_PATH}/logs` },
    ],
  },
  {
    label: 'Keep',
    entries: [
      { key: 'sampling', label: 'Sampling', go: 'a', path: `${OBSERVATORY_PATH}/sampling` },
      { key: 'export', label: 'Export', go: 'e', path: `${OBSERVATORY_PATH}/export` },
      { key: 'buffer', label: 'Buffer', go: 'b', path: `${OBSERVATORY_PATH}/buffer` },
    ],
  },
  {
    label: 'Write',
    entries: [
      { key: 'posts', label: 'Posts', go: 'w', path: '/admin/posts' },
      { key: 'new-post', label: 'New post', path: '/admin/posts/new' },
      { key: 'readers', label: 'Readers', path: READERS_PATH },
      { key: 'media', label: 'Media', path: '/admin/media' },
      { key: 'tags', label: 'Tags', path: TAGS_PATH },
      { key: 'redirects', label: 'Redirects', path: REDIRECTS_PATH },
      { key: 'settings', label: 'Settings', path: '/admin/settings' },
    ],
  },
];

/** The keys that open menu entries after `g`. */
export const ADMIN_KEYS = MENU.flatMap(({ entries }) =>
  entries.flatMap(({ go, label }) => (go === undefined ? [] : [{ key: go, label }])),
);

export interface AdminPageOptions {
  readonly title: string;
  /** The key of the current menu entry, as `overview` or `posts`; an unknown key marks none. */
  readonly current: string;
  readonly body: Html;
  readonly site: Pick<SiteSettings, 'title'>;
  readonly assets: Assets;
  /** More of the head: stylesheets and scripts of the page. */
  readonly head?: Html;
  /** Adds the sign-out form. */
  readonly csrfToken?: string | undefined;
  /** Leaves out the menu: sign-in, set-up, errors. */
  readonly bare?: boolean;
  /** A live figure per menu entry, by key. */
  readonly figures?: Readonly<Record<string, string>> | undefined;
  /** The cost of telemetry, at the foot of the menu. */
  readonly cost?: HtmlValue;
  /** The query that observatory links keep: `?from=-6h`. */
  readonly menuQuery?: string | undefined;
}

/** The layout of the admin pages and the observatory: a side menu on wide screens, a folding bar on narrow ones. */
export function adminPage(options: AdminPageOptions): Html {
  const { title, body, site, assets, head, bare = false } = options;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="same-origin" />
        <title>${title} · ${site.title}</title>
        <link rel="stylesheet" href="${assets.url('admin/admin.css')}" />
        <link rel="icon" href="${assets.url('favicon.svg')}" type="image/svg+xml" />
        ${head}
      </head>
      <body class="${bare ? 'admin bare' : 'admin'}">
        <a class="skip" href="#main">Skip to the content</a>
        ${bare ? barePlate(options) : html`${topBar(options)}${rail(options)}`}
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html>`;
}

/** The logo, in the colour of the surrounding text. */
export function logoMark(): Html {
  return html`<svg
    class="logo"
    width="20"
    height="20"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.4"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d="M2 8.2 10 2l8 6.2V18H2z" />
    <path d="M2 8.2h16M6 8.2V18M10 2v16M14 8.2V18" stroke-width=".9" />
  </svg>`;
}

function home({ site }: AdminPageOptions): Html {
  return html`<a class="brand" href="/">${logoMark()}<span>${site.title}</span></a>`;
}

function barePlate(options: AdminPageOptions): Html {
  return html`<header class="plate">${home(options)}</header>`;
}

function rail(options: AdminPageOptions): Html {
  return html`<aside class="rail" aria-label="Admin">
    ${home(options)}
    <div id="rail">${railContent(options)}</div>
    ${signOut(options)}
  </aside>`;
}

/** The live part of the side menu: entries with their figures, and the cost of telemetry. */
export function railContent(
  options: Pick<AdminPageOptions, 'current' | 'figures' | 'cost' | 'menuQuery'>,
): Html {
  return html`<nav aria-label="Admin">${menu(options)}</nav>
    ${options.cost !== undefined && html`<p class="cost">${options.cost}</p>`}`;
}

function topBar(options: AdminPageOptions): Html {
  return html`<details class="top-bar">
    <summary>
      ${logoMark()}<span class="where">${options.title}</span><span class="fold" aria-hidden="true"></span
      ><span class="visually-hidden">Menu</span>
    </summary>
    <nav aria-label="Menu">${menu(options)}</nav>
    ${signOut(options)}
  </details>`;
}

function menu({
  current,
  figures,
  menuQuery = '',
}: Pick<AdminPageOptions, 'current' | 'figures' | 'menuQuery'>): HtmlValue {
  return MENU.map(
    ({ label, entries }) =>
      html`<div class="group">
        <p class="group-name">${label}</p>
        <ul>
          ${entries.map((entry) => {
            const query = entry.path.startsWith(OBSERVATORY_PATH) ? menuQuery : '';
            const figure = figures?.[entry.key];
            const here = entry.key === current ? html` aria-current="page"` : null;
            return html`<li>
              <a
                href="${entry.path}${query}"
                ${here}
                ${entry.go !== undefined && html` data-go="${entry.go}"`}
                ><span>${entry.label}</span
                >${figure !== undefined && html`<span class="figure">${figure}</span>`}</a
              >
            </li>`;
          })}
        </ul>
      </div>`,
  );
}

function signOut({ csrfToken }: AdminPageOptions): HtmlValue {
  if (csrfToken === undefined) return null;
  return html`<form class="sign-out" method="post" action="/admin/sign-out">
    <input type="hidden" name="_csrf" value="${csrfToken}" /><button class="quiet-button" type="submit">
      Sign out
    </button>
  </form>`;
}
