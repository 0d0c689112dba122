const MAX_PATH_CHARACTERS = 500;
// Control characters, and what Windows would read as a separator, a drive or a stream.
const FORBIDDEN = /[\p{Cc}\\:*?"<>|]/u;

/**
 * The name under which media is kept, from a request path or a file's: decoded, NFC, without the leading slash and `media/`.
 * Undefined when it is no possible name: empty or hidden segments, `..`, bad escapes, control characters, too long.
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

/** The address of media by its name. */
export function mediaUrl(path: string): string {
  return `/media/${escapedPath(path)}`;
}

/** A name as it stands in an address: each segment escaped, the slashes kept. */
export function escapedPath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
