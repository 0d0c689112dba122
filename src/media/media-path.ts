const MAX_PATH_CHARACTERS = 500;
// Control characters, and characters that Windows reads as a separator, a drive or a stream.
const FORBIDDEN = /[\p{Cc}\\:*?"<>|]/u;

/**
 * The media name for a request path or file path: decoded, NFC, without the leading slash and `media/`.
 * Undefined if invalid: empty or hidden segments, `..`, bad escapes, control characters, too long.
 */
export function mediaPath(requestPath: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(requestPath).normalize('NFC');
  } catch {
    return undefined;
  }
  path = path.replace(/^\/?(?:media\/)?/, '');
  if (path === '' || path.length > MAX_PATH_CHARACTERS || FORBIDDEN.test(path)) return undefined;
  return path.split('/').every((segment) => /^[^.].*(?<![. ])$/su.test(segment)) ? path : undefined;
}

/** The address of a media name. */
export function mediaUrl(path: string): string {
  return `/media/${escapedPath(path)}`;
}

/** Escapes a name for an address, keeping slashes. */
export function escapedPath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
