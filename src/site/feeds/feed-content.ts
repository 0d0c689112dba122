import { withAbsoluteLinks } from './absolute-links.ts';
import { escapeHtml } from '../../markup/html.ts';
import { textDirection } from '../../markup/text-direction.ts';
import type { Post } from '../../posts/post.ts';
import { xmlText } from './xml-text.ts';

/** Characters of an entry's text; a longer one is its summary and a link. Four hours of reading. */
const MAX_ENTRY_CHARACTERS = 256 * 1024;
/** Links of headings to themselves: signs of the page, not of the text. */
const HEADING_ANCHOR = / ?<a class="heading-anchor"[^>]*>[^<]*<\/a>/g;

/** The text of a post for a feed reader, which has neither its page, its styles nor its direction. */
export function feedContent(
  { html, summary, language }: Pick<Post, 'html' | 'summary'> & { readonly language: string },
  url: string,
  siteUrl: string,
): string {
  const text =
    html.length > MAX_ENTRY_CHARACTERS
      ? `<p>${escapeHtml(summary)}</p>\n<p><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`
      : withAbsoluteLinks(html.replaceAll(HEADING_ANCHOR, ''), url, siteUrl);
  const isTurned = textDirection(language) === 'rtl';
  return xmlText(isTurned ? `<div dir="rtl" lang="${escapeHtml(language)}">${text}</div>` : text);
}

/** The newest entries whose texts have at most `maxCharacters` together; at least one. */
export function newestWithin<T extends { readonly html: string }>(
  entries: readonly T[],
  maxCharacters: number,
): readonly T[] {
  let left = maxCharacters;
  const beyond = entries.findIndex(({ html }, index) => {
    left -= html.length;
    return index > 0 && left < 0;
  });
  return beyond === -1 ? entries : entries.slice(0, beyond);
}
