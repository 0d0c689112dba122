import { decodeHTML } from 'entities';
import { decodePath, isBlogPage } from './post-path.ts';
import { shortLinkOf } from './short-link.ts';

/** Where a link within the blog may lead. */
export interface LinkTargets {
  /** Returns true if there is a post at the path, without slashes around it, or a redirect. */
  readonly hasPage: (path: string) => boolean;
  /** Returns true if there is a file at the address, which begins with `/media/`. */
  readonly hasMedia: (address: string) => boolean;
}

/** Of WordPress, to a file or a list by its number: here each leads to the front page. */
const BY_NUMBER = /^\/(?:index\.php)?\?(?:[^#]*&)?(?:attachment_id|cat)=\d+(?:[&#]|$)/;

/** Links within the blog that lead nowhere; those to its own pages, such as tags, are assumed to be valid. */
export function deadLinks(links: readonly string[], { hasPage, hasMedia }: LinkTargets): readonly string[] {
  return links.filter((link) => {
    if (BY_NUMBER.test(link)) return true;
    const short = shortLinkOf(link);
    if (short !== undefined && link.startsWith('/')) return !hasPage(short);
    if (!/^\/(?!\/)./.test(link)) return false;
    const [address = ''] = link.split(/[?#]/, 1);
    if (address.startsWith('/media/')) return !hasMedia(address);
    return !isBlogPage(address) && !hasPage(decodePath(address) ?? '');
  });
}

const LINK = /<a\b[^>]*? href="([^"]*)"/g;
const PICTURE = /<img\b[^>]*? src="([^"]*)"/g;

/** Where the links and pictures of a rendered text lead, without duplicates. */
export function addressesIn(rendered: string): {
  readonly links: readonly string[];
  readonly pictures: readonly string[];
} {
  const all = (pattern: RegExp): readonly string[] => [
    ...new Set([...rendered.matchAll(pattern)].map(([, address = '']) => decodeHTML(address))),
  ];
  return { links: all(LINK), pictures: all(PICTURE) };
}
