/** Attributes with an address; `content` has one in some `<meta>` elements. */
const ADDRESSES: ReadonlySet<string> = new Set('href src poster data content srcset imagesrcset'.split(' '));
const LIST_QUERY = /^\?(before|after)=/;

/** A page of a list that is cut into pages: `number` 2 is the first older one. Pages that are no lists have the number 1. */
export interface PageAddress {
  /** Escaped, without the base path. */
  readonly path: string;
  /** As the blog links to it: `?before=…`; empty for the first. */
  readonly query: string;
  readonly number: number;
}

/** Where a page of a list is in the copy: `/tags/glass/page/2`. */
export function copiedPath({ path, number }: Pick<PageAddress, 'path' | 'number'>): string {
  return number === 1 ? path : `${path === '/' ? '' : path}/page/${number}`;
}

export const isAddressAttribute = (name: string): boolean => ADDRESSES.has(name);

/** An address in a page, seen from the copy. */
export interface CopiedLink {
  /** What the page of the copy has instead. */
  readonly written: string;
  /** The page or file that it leads to; undefined if it is outside of the blog, or this page itself. */
  readonly to: PageAddress | undefined;
}

/**
 * Translates an address in a page: pages of lists have paths in the copy, where the blog has queries (`?before=…`). Addresses that are
 * relative to the page become absolute, as the copy has pages in folders. `publicUrl` has no slash at its end.
 */
export function copiedLink(value: string, page: PageAddress, publicUrl: string): CopiedLink {
  const outside = { written: value, to: undefined };
  const at = `${publicUrl}${page.path}${page.query}`;
  const url = /^\s*(?:#|$)/.test(value) ? null : URL.parse(value, at);
  const base = new URL(publicUrl);
  const basePath = base.pathname.replace(/\/+$/, '');
  if (url === null || url.origin !== base.origin) return outside;
  if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)) return outside;
  const path = url.pathname.slice(basePath.length) || '/';
  const to = { path, ...turned(path, url.search, page) };
  const isPlain = /^(?:\/(?!\/)|[a-z][a-z0-9+.-]*:)/i.test(value.trim());
  if (isPlain && to.query === '' && !LIST_QUERY.test(url.search)) return { written: value, to };
  const written = `${basePath}${copiedPath(to)}${to.query === '' && !LIST_QUERY.test(url.search) ? url.search : ''}${url.hash}`;
  return { written: /^[a-z][a-z0-9+.-]*:/i.test(value.trim()) ? base.origin + written : written, to };
}

/** The number behind a link of a list to itself: the next page, the one before, or this one. */
function turned(path: string, search: string, page: PageAddress): Pick<PageAddress, 'query' | 'number'> {
  const direction = path === page.path ? LIST_QUERY.exec(search)?.[1] : undefined;
  if (direction === undefined) return { query: '', number: 1 };
  if (search === page.query) return { query: search, number: page.number };
  if (direction === 'before') return { query: search, number: page.number + 1 };
  return { query: search, number: Math.max(1, page.number - 1) };
}
