import { decodeHTMLAttribute } from 'entities';
import { mediaPath } from './media-path.ts';

const ADDRESS = '/media/';
/** Characters that end an address in HTML: quotes, white space, brackets of tags or of CSS's `url(…)`. */
const END = /["'\s<>()]/g;

/**
 * Finds every media name in HTML, in any attribute (`src`, `href`, `srcset`, `poster`, `style`). A name without a file is harmless; a
 * missed one would hide a picture.
 */
export function mediaNamesIn(html: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = html.indexOf(ADDRESS); at !== -1; at = html.indexOf(ADDRESS, at + ADDRESS.length)) {
    const start = at + ADDRESS.length;
    END.lastIndex = start;
    const written = html.slice(start, END.exec(html)?.index ?? html.length).slice(0, MAX_WRITTEN);
    const [beforeQuery = ''] = decodeHTMLAttribute(written).split(/[?#]/, 1);
    // In srcset a comma may follow directly; elsewhere it may be part of the name.
    for (const each of new Set([beforeQuery, beforeQuery.split(',', 1)[0]!])) {
      const name = mediaPath(each);
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}
/** Limit of an escaped name, three characters per byte. */
const MAX_WRITTEN = 6000;
