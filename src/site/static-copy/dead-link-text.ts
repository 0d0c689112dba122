import { toLocalText } from '../../markup/zoned-time.ts';
import { pathKey } from '../../process/address.ts';
import { isOwnAddress } from '../../process/own-addresses.ts';
import type { MissingAddress } from './copy-blog.ts';

/** What the command says of an address that is no file of the copy. All files that readers can open are copied. */
export function deadLinkText(link: MissingAddress): string {
  const { to } = link;
  const isOfBlog = isOwnAddress(pathKey(to.slice(1))) && !to.startsWith('/media/');
  return isOfBlog
    ? `Link ${placesOf(link)} to ${to}, which only the running blog has`
    : `Dead link ${placesOf(link)}, as in the blog itself: ${to}`;
}

/** The same of a post that readers cannot open yet. */
export function earlyLinkText(
  link: MissingAddress & { readonly atMillis: number },
  timeZone: string,
): string {
  return `Link ${placesOf(link)} to ${link.to}, which is scheduled for ${toLocalText(link.atMillis, timeZone)} (${timeZone}): a copy made then has it`;
}

function placesOf({ from, pages, isInMenu }: MissingAddress): string {
  const count = pages.toLocaleString('en');
  if (isInMenu) return `in the menu, on ${count} ${pages === 1 ? 'page' : 'pages'}`;
  return pages === 1 ? `in ${from}` : `in ${count} pages, the first ${from}`;
}
