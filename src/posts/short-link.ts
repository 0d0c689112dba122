/** Among the former addresses of a post, its number at WordPress: `?p=6`. */
const SHORT = /^\?p=(?:0|[1-9]\d{0,14})$/;
/** WordPress leads from these to what has the number, whatever its address is. */
const SHORT_ADDRESS = /^\/?(?:index\.php)?\?(?:[^#]*?[&;])?(?:p|page_id)=(\d{1,15})(?=[&#]|$)/;
/** Names of the number in a query. */
const NAMES = ['p', 'page_id'];

export function isShortLink(path: string): boolean {
  return SHORT.test(path);
}

/** `/?page_id=6` as a former address of the post; undefined for any other address. */
export function shortLinkOf(address: string): string | undefined {
  const number = SHORT_ADDRESS.exec(address)?.[1];
  return number === undefined ? undefined : `?p=${Number(number)}`;
}

/** What a request's query asks for by number, and the rest of the query. */
export function shortLinkIn(search: string): { readonly path: string; readonly rest: string } | undefined {
  const path = shortLinkOf(`/${search}`);
  if (path === undefined) return undefined;
  const others = new URLSearchParams(search);
  for (const name of NAMES) others.delete(name);
  return { path, rest: others.size === 0 ? '' : `?${others}` };
}
