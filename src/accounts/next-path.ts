const DEFAULT_PATH = '/admin';
const MAX_CHARACTERS = 2000;
const ANY_ORIGIN = 'http://same.invalid';

/** The path to open after sign-in: a path of this site. Anything else becomes /admin. */
export function nextPath(given: string | undefined): string {
  if (given === undefined || given.length > MAX_CHARACTERS) return DEFAULT_PATH;
  // Browsers treat a backslash as a slash and skip tabs and line ends: `/\evil.example` would be another site.
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.includes('\\')) return DEFAULT_PATH;
  let url: URL;
  try {
    url = new URL(given, ANY_ORIGIN);
  } catch {
    return DEFAULT_PATH;
  }
  const path = url.pathname + url.search;
  if (url.origin !== ANY_ORIGIN || path.startsWith('//')) return DEFAULT_PATH;
  // These would ask to sign in again, or sign out.
  return /^\/admin\/(?:sign-(?:in|out)|setup)/.test(path) ? DEFAULT_PATH : path;
}
