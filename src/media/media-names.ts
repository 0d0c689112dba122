import { decodeHTMLAttribute } from 'entities';
import { mediaPath } from './media-path.ts';

const ADDRESS = '/media/';
/** What ends an address in HTML: a quote, white space, a bracket of a tag or of CSS's `url(…)`. */
const END = /["'\s<>()]/g;

/**
 * Every name of media that a text of HTML could mean, in whatever attribute it stands (`src`, `href`, `srcset`, `poster`, `style`). A name
 * that no file has does no harm; one that is missed would hide a picture.
 */
export function mediaNamesIn(html: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = html.indexOf(ADDRESS); at !== -1; at = html.indexOf(ADDRESS, at + ADDRESS.length)) {
    const start = at + ADDRESS.length;
    END.lastIndex = start;
    const written = html.slice(start, END.exec(html)?.index ?? html.length).slice(0, MAX_WRITTEN);
    const [beforeQuery = ''] = decodeHTMLAttribute(written).split(/[?#]/, 1);
    // In srcset a comma may follow at once; elsewhere it may be part of the name.
    for (const each of new Set([beforeQuery, beforeQuery.split(',', 1)[0]!])) {
      const name = mediaPath(each);
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}
/** Escaped, three characters a byte; a longer one is no name. */
const MAX_WRITTEN = 6000;
