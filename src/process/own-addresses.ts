/** The telemetry pages. */
export const OBSERVATORY_PATH = '/admin/metrics-dashboard';

/** Where a link to one trace opens it for somebody who is not signed in. */
export const SHARED_TRACE_PATH = '/admin/shared-trace';

/** Where a secret link opens a draft for somebody who is not signed in. */
export const SHARED_DRAFT_PATH = '/admin/shared-draft';

/** Where the owner redirects addresses that have no page; `?from=/old` fills in the form. */
export const REDIRECTS_PATH = '/admin/redirects';

/** Where the owner renames tags; `?from=name` fills in the form. */
export const TAGS_PATH = '/admin/tags';

/** Who reads the blog; `?days=30`, `?post=path`. */
export const READERS_PATH = '/admin/readers';

/** First path segments of the routes for the owner; a test compares them with the routers. */
export const OWNER_SEGMENTS = ['admin', 'metrics'] as const;

/** First path segments of routes; a test compares them with the routers. */
const ROUTED: ReadonlySet<string> = new Set<string>([
  ...OWNER_SEGMENTS,
  'archive',
  'assets',
  'favicon.ico',
  'feed',
  'feeds.opml',
  'health',
  'media',
  'opensearch.xml',
  'robots.txt',
  'search',
  'tags',
]);
/** Reserved without a route: well-known paths that programs request. */
const SET_ASIDE: ReadonlySet<string> = new Set([
  'auth',
  'micropub',
  'opml',
  'setup',
  'sign-in',
  'sign-out',
  'token',
  'webmention',
]);
/** `/2026` and `/2026/03` are archive pages; feeds and sitemaps have many endings. */
const PATTERN = /^\d{4}(?:\/\d{2})?$|^feed\.|^sitemap[.-]|^sitemap\/[^/]+\.xml$|^\.well-known(?:\/|$)/;

/** Returns true for a path that is reserved by the blog. Expects the result of `pathKey`. */
export function isOwnAddress(key: string): boolean {
  const first = key.split('/', 1)[0]!;
  return ROUTED.has(first) || SET_ASIDE.has(first) || PATTERN.test(key);
}

/** First path segments that must have a route. */
export function routedSegments(): readonly string[] {
  return [...ROUTED];
}
