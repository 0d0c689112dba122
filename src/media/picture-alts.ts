import { decodeHTMLAttribute } from 'entities';
import { mediaPath } from './media-path.ts';

const IMAGE = /<img\s([^>]*)>/g;
const SOURCE = /(?:^|\s)src="\/media\/([^"?#]*)/;
const ALT = /(?:^|\s)alt="([^"]*)"/;

/**
 * The alternative text of each media file that rendered HTML shows as a picture; empty if it has none, even in one of several places. The
 * HTML is that of `rewriteHtml`: attributes are quoted, and an unescaped `>` only ends tags.
 */
export function altTextsIn(html: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [, attributes = ''] of html.matchAll(IMAGE)) {
    const source = SOURCE.exec(attributes)?.[1];
    const name = source === undefined ? undefined : mediaPath(decodeHTMLAttribute(source));
    if (name === undefined) continue;
    const text = decodeHTMLAttribute(ALT.exec(attributes)?.[1] ?? '').trim();
    if (texts.get(name) !== '') texts.set(name, text);
  }
  return texts;
}
