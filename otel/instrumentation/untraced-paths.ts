/** Returns a function that is true for request targets at or below one of the paths: such requests create no spans. */
export function untracedPaths(prefixes: readonly string[]): (url: string) => boolean {
  const lowerCase = prefixes.map((prefix) => prefix.toLowerCase().replace(/\/+$/, ''));
  const initials = initialsOf(lowerCase);
  return (url) => {
    // Most paths differ in their first letter.
    if (url.charCodeAt(0) === SLASH && (initials & initialOf(url)) === 0) return false;
    return isUntraced(url, lowerCase);
  };
}

const SLASH = 47;

/** One bit of 32 for the letter after the slash, the same for both cases; letters may share a bit. */
function initialOf(path: string): number {
  return 1 << (path.charCodeAt(1) & 31);
}

function initialsOf(prefixes: readonly string[]): number {
  return prefixes.reduce((bits, prefix) => bits | (prefix.length < 2 ? -1 : initialOf(prefix)), 0);
}

/** Whole segments in any case, without the query: `/admin/metrics?x` and `/admin/metrics/y`, not `/admin/metricsx`. */
export function isUntraced(url: string, lowerCasePrefixes: readonly string[]): boolean {
  if (lowerCasePrefixes.length === 0) return false;
  const path = pathOf(url).toLowerCase();
  return lowerCasePrefixes.some(
    (prefix) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'),
  );
}

/** The path of a request target, which may be absolute (`GET http://host/path`). */
export function pathOf(url: string): string {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}
