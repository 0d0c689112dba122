import { mapAttributes } from '../../markup/html-tokens.ts';
import { mapSourceSet } from '../../posts/markdown/source-set.ts';

const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'poster', 'cite', 'data', 'srcset']);

/**
 * Makes the addresses of rendered HTML absolute, as a feed reader has no page to resolve them against. Addresses from the root
 * resolve below `siteUrl`, which may have a path. Only attributes inside tags change; an invalid address stays as it is.
 */
export function withAbsoluteLinks(html: string, pageUrl: string, siteUrl: string): string {
  const absolute = (address: string): string => absoluteAddress(address, pageUrl, siteUrl);
  return mapAttributes(
    html,
    (name) => ADDRESSES.has(name),
    (value, name) => (name === 'srcset' ? mapSourceSet(value, absolute) : absolute(value)),
  );
}

function absoluteAddress(address: string, pageUrl: string, siteUrl: string): string {
  // Already whole, or of another scheme (mailto:, data:).
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) return address;
  const plain = /^\/(?!\/)/.test(address) ? siteUrl + address : address;
  return URL.canParse(plain, pageUrl) ? new URL(plain, pageUrl).href : address;
}
