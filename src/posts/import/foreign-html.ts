import { replaceClosed } from './closed-parts.ts';
import { mapAttributes, readHtml } from '../../markup/html-tokens.ts';
import { decodeHTML } from 'entities';

const ADDRESSES: ReadonlySet<string> = new Set('href src poster srcset data-src'.split(' '));

/** HTML in which links to the old site lead within this one. `bases` are its addresses without a slash at the end; `toNew` gives an address within the site its new form. */
export function ownLinks(
  html: string,
  bases: readonly string[],
  toNew = (address: string): string => address,
): string {
  const own = (address: string): string => toNew(ownAddress(address, bases));
  return mapAttributes(
    html,
    (name) => ADDRESSES.has(name),
    (value, name) =>
      name === 'srcset'
        ? value.replaceAll(/(^|,\s*)(\S+)/g, (_, comma: string, each: string) => comma + own(each))
        : own(value),
  );
}

/** An address of the old site within it: it begins with a slash. Others stay. */
export function ownAddress(address: string, bases: readonly string[]): string {
  const base = bases.find(
    (each) =>
      each !== '' &&
      (address === each || (/^[/?#]/.test(address.slice(each.length)) && address.startsWith(each))),
  );
  return base === undefined ? address : address.slice(base.length) || '/';
}

/** The text without markup, on one line. */
export function textOfHtml(html: string): string {
  let text = '';
  readHtml(html, { text: (piece) => void (text += piece), tag: () => void (text += ' ') });
  return decodeHTML(text).replaceAll(/\s+/g, ' ').trim();
}

/** A picture above the text, as themes show it; nothing if the text begins with it. */
export function leadPicture(src: string | undefined, alt: string | undefined, html: string): string {
  if (src === undefined || src === '' || html.slice(0, 1000).includes(src)) return '';
  const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<figure><img src="${escaped(src)}" alt="${escaped(alt ?? '')}"></figure>\n`;
}

/** HTML without sets of pictures in other sizes, which an old server made: they are not in its export, and the blog makes its own. */
export function withoutMadeSizes(html: string, made: RegExp): string {
  const set = /\s(?:srcset|sizes)=(?:"[^"]*"|'[^']*')/gi;
  return replaceClosed(
    html,
    /<(?:img|source)\b/gi,
    () => />/g,
    (_, _inner, tag) => (made.test(tag) ? tag.replaceAll(set, '') : tag),
  );
}
