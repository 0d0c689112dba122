import { html, type Html } from '../../markup/html.ts';

/** What a page can be compared with: links, of which one may be the current one. */
export function compareLinks(
  links: readonly { readonly href: string; readonly words: string; readonly isCurrent: boolean }[],
): Html {
  return html`<nav class="compare-with" aria-label="Compare with">
    <span>compare</span>
    ${links.map(({ href, words, isCurrent }) => html`<a href="${href}" ${isCurrent && html` aria-current="true"`}>${words}</a>`)}
  </nav>`;
}
