import { decodePath, isBlogPage } from './post-path.ts';

/** Where a link within the blog may lead. */
export interface LinkTargets {
  /** Returns true if there is a post at the path, without slashes around it, or a redirect. */
  readonly hasPage: (path: string) => boolean;
  /** Returns true if there is a file at the address, which begins with `/media/`. */
  readonly hasMedia: (address: string) => boolean;
}

/** Links within the blog that lead nowhere; those to its own pages, such as tags, are assumed to be valid. */
export function deadLinks(links: readonly string[], { hasPage, hasMedia }: LinkTargets): readonly string[] {
  return links.filter((link) => {
    if (!/^\/(?!\/)./.test(link)) return false;
    const [address = ''] = link.split(/[?#]/, 1);
    if (address.startsWith('/media/')) return !hasMedia(address);
    return !isBlogPage(address) && !hasPage(decodePath(address) ?? '');
  });
}
