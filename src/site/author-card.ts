import { authorOf, type SiteSettings } from '../db/site-settings.ts';
import { html, type Html } from '../markup/html.ts';

/** An author; the address and the picture are known of the blog's own one alone. */
export interface Author {
  readonly name: string;
  /** Whole addresses. */
  readonly url?: string | undefined;
  readonly picture?: string | undefined;
}

/** The authors of a post that names `names`; none: the blog's own one. `origin` has no slash at its end. */
export function authorsOf(
  names: readonly string[],
  site: SiteSettings,
  origin: string,
): readonly [Author, ...Author[]] {
  const own = authorOf(site);
  const author = (name: string): Author => {
    if (name !== own) return { name };
    const { authorPicture } = site;
    const picture = authorPicture.startsWith('/') ? origin + authorPicture : authorPicture;
    return { name, url: `${origin}/`, ...(picture !== '' && { picture }) };
  };
  const [first = own, ...others] = names;
  return [author(first), ...others.map(author)];
}

/** An author as an h-card, property of what it stands in; not shown: for programs alone. */
export function authorCard({ name, url, picture }: Author, isShown: boolean): Html {
  if (isShown && url === undefined) return html`<span class="p-author h-card" dir="auto">${name}</span>`;
  const shown = isShown
    ? html`<span class="p-name">${name}</span>`
    : html`<data class="p-name" value="${name}"></data>`;
  return html`<span class="p-author h-card" dir="auto" ${isShown ? '' : html` hidden`}
    >${shown}${
      url !== undefined && html`<data class="u-url" value="${url}"></data>`
    }${picture !== undefined && html`<data class="u-photo" value="${picture}"></data>`}</span
  >`;
}
