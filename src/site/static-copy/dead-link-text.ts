import { toLocalText } from '../../markup/zoned-time.ts';
import { pathKey } from '../../process/address.ts';
import { isOwnAddress } from '../../process/own-addresses.ts';

/** What the command says of a link that leads to no file of the copy. All files that readers can open are copied. */
export function deadLinkText({ from, to }: { readonly from: string; readonly to: string }): string {
  const isOfBlog = isOwnAddress(pathKey(to.slice(1))) && !to.startsWith('/media/');
  return isOfBlog
    ? `Link in ${from} to ${to}, which only the running blog has`
    : `Dead link in ${from}, as in the blog itself: ${to}`;
}

/** The same of a link to a post that readers cannot open yet. */
export function earlyLinkText(
  { from, to, atMillis }: { readonly from: string; readonly to: string; readonly atMillis: number },
  timeZone: string,
): string {
  return `Link in ${from} to ${to}, which is scheduled for ${toLocalText(atMillis, timeZone)} (${timeZone}): a copy made then has it`;
}
