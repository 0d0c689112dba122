import { PostDraftError } from './post-errors.ts';

export const MAX_PATH_CHARACTERS = 300;
const MAX_SLUG_CHARACTERS = 80;
/** First segments that are or may become the blog's own addresses. */
const RESERVED_SEGMENTS: ReadonlySet<string> = new Set([
  'admin',
  'archive',
  'assets',
  'auth',
  'favicon.ico',
  'feed',
  'health',
  'media',
  'metrics',
  'micropub',
  'opensearch.xml',
  'opml',
  'robots.txt',
  'search',
  'setup',
  'sign-in',
  'sign-out',
  'tags',
  'token',
  'webmention',
]);
/** `/2026` and `/2026/03` list what was written then; feeds and sitemaps have many endings. */
const RESERVED_PATTERN = /^\d{4}(?:\/\d{2})?$|^feed\.|^sitemap[.-]|^\.well-known(?:\/|$)/;
const FORBIDDEN = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\p{Cs}\\?#%"<>]/u;

/** Two addresses that differ only in this are the same address. */
export function pathKey(path: string): string {
  return path.toLowerCase().normalize('NFC');
}

/** Without slashes at either end, in linear time. */
export function trimSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return path.slice(start, end);
}

/** A request's path as posts have it: decoded, NFC, no slash at either end. Undefined when it decodes to nothing sensible. */
export function decodePath(requestPath: string): string | undefined {
  try {
    return trimSlashes(decodeURIComponent(requestPath).normalize('NFC'));
  } catch {
    return undefined;
  }
}

/** The address of a post, escaped, with the leading slash. */
export function postUrl(path: string): string {
  return `/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** A path as it may be kept; throws PostDraftError that says what is wrong with it. */
export function checkPath(given: string, field: 'path' | 'aliases'): string {
  const path = trimSlashes(given.trim().normalize('NFC'));
  const quoted = JSON.stringify(given);
  if (path === '')
    throw new PostDraftError(field, 'missing', 'An address needs at least one letter or digit.');
  if (path.length > MAX_PATH_CHARACTERS)
    throw new PostDraftError(
      field,
      'invalid',
      `The address is longer than ${MAX_PATH_CHARACTERS} characters.`,
    );
  if (FORBIDDEN.test(path))
    throw new PostDraftError(
      field,
      'invalid',
      `The address ${quoted} has a space or one of ? # % \\ " < > in it; use hyphens.`,
    );
  if (path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw new PostDraftError(field, 'invalid', `The address ${quoted} has an empty, "." or ".." part.`);
  }
  const key = pathKey(path);
  if (RESERVED_SEGMENTS.has(key.split('/')[0]!) || RESERVED_PATTERN.test(key)) {
    throw new PostDraftError(
      field,
      'reserved',
      `The address ${quoted} belongs to the blog itself; choose another.`,
    );
  }
  return path;
}

/** True for the front page and for addresses that belong to the blog itself and can be no post's. */
export function isOwnAddress(requestPath: string): boolean {
  const key = pathKey(decodePath(requestPath) ?? '');
  return key === '' || RESERVED_SEGMENTS.has(key.split('/')[0]!) || RESERVED_PATTERN.test(key);
}

/** `Über Glas & Licht` → `über-glas-licht`. Never empty. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-');
  // Runs of other characters are one hyphen each, so that one at most stands at either end.
  return [...slug.replace(/^-/, '')].slice(0, MAX_SLUG_CHARACTERS).join('').replace(/-$/, '') || 'post';
}

/** The path of a post that was given none: year, month (UTC) and title. */
export function datedPath(atMillis: number, title: string): string {
  const date = new Date(atMillis).toISOString();
  return `${date.slice(0, 4)}/${date.slice(5, 7)}/${slugOf(title)}`;
}
