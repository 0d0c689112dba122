import { mapSourceSet } from '../../posts/markdown/source-set.ts';

const TAG = /<[a-z][^<>]*>/gi;
const ADDRESS = /(\s(?:href|src|poster|cite|data)\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi;
const SOURCE_SET = /(\ssrcset\s*=\s*)"([^"]*)"/gi;

/** Makes the addresses of rendered HTML absolute, as a feed reader has no page to resolve them against. Addresses from the root
 * resolve below `siteUrl`, which may have a path. Only attributes inside tags change; an invalid address stays as it is.
 */
export function withAbsoluteLinks(html: string, pageUrl: string, siteUrl: string): string {
  const absolute = (address: string): string => absoluteAddress(address, pageUrl, siteUrl);
  return html.replace(TAG, (tag) =>
    tag
      .replace(
        ADDRESS,
        (_, name: string, double: string | undefined, single: string | undefined) =>
          `${name}"${absolute(double ?? single ?? '')}"`,
      )
      .replace(SOURCE_SET, (_, name: string, list: string) => `${name}"${mapSourceSet(list, absolute)}"`),
  );
}

function absoluteAddress(address: string, pageUrl: string, siteUrl: string): string {
  // Already absolute, or of another scheme (mailto:, data:).
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) return address.replaceAll('"', '&quot;');
  const decoded = address.replaceAll('&amp;', '&');
  const plain = /^\/(?!\/)/.test(decoded) ? siteUrl + decoded : decoded;
  return URL.canParse(plain, pageUrl)
    ? new URL(plain, pageUrl).href.replaceAll('&', '&amp;').replaceAll('"', '%22')
    : address;
}
