import { createHash } from 'node:crypto';

/** One request of the log. */
export interface LoggedRequest {
  /** Time since the first request. */
  readonly offsetSeconds: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Addresses of a blog, by kind. */
export interface KnownAddresses {
  readonly posts: readonly string[];
  readonly assets: readonly string[];
  readonly media: readonly string[];
  readonly tags: readonly string[];
}

/** One request to make. */
export interface ReplayedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Send it conditionally, with the ETag of an earlier response. */
  readonly conditional: boolean;
}

const IMAGE = /\.(?:png|jpe?g|gif|svg|ico)$/i;
const STATIC = /\.(?:css|js|ttf|woff2?|xsl)$/i;
const LARGE = /\.(?:jar|exe|pdf|log|conf|py|zip|gz|tar|rpm|deb)$/i;

/** Parses the log: tab-separated, with a header line. Throws RangeError with the line number for an invalid line. */
export function readTrafficLog(text: string): LoggedRequest[] {
  const lines = text.split('\n').slice(1);
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const [offset, method, path, status] = line.split('\t');
    const request = {
      offsetSeconds: Number(offset),
      method: method ?? '',
      path: path ?? '',
      status: Number(status),
    };
    if (
      !(request.offsetSeconds >= 0) ||
      !/^[A-Z]+$/.test(request.method) ||
      !request.path.startsWith('/') ||
      !(request.status >= 100)
    ) {
      throw new RangeError(
        `line ${index + 2} of the traffic log is not offset, method, path, status: ${JSON.stringify(line.slice(0, 120))}`,
      );
    }
    return [request];
  });
}

/** Maps a logged path to an address of the blog: the same path always maps to the same address, and kinds keep their shares. */
export function replayed(logged: LoggedRequest, known: KnownAddresses): ReplayedRequest {
  const { method, status } = logged;
  return {
    method,
    path: status === 404 || status === 403 ? lostPath(logged.path) : addressFor(logged.path, known),
    headers: status === 206 ? { range: 'bytes=0-1023' } : status === 416 ? { range: 'bytes=999999999-' } : {},
    conditional: status === 304,
  };
}

function addressFor(path: string, known: KnownAddresses): string {
  const [plain = '/', query = ''] = path.split('?');
  const number = numberOf(plain);
  if (/flav=atom|atom\.xml/.test(path)) return '/feed.atom';
  if (/flav=rss|\.rss$|rss\.xml|\/feed|index\.xml/.test(path)) return '/feed.rss';
  if (plain === '/' || plain === '/robots.txt') return plain;
  if (plain.endsWith('favicon.ico')) return '/favicon.ico';
  if (IMAGE.test(plain) || LARGE.test(plain))
    return pick(known.media, number) ?? pick(known.assets, number) ?? '/';
  if (STATIC.test(plain)) return pick(known.assets, number) ?? '/';
  if (plain.includes('/tags/')) return pick(known.tags, number) ?? '/tags';
  if (/search|\bq=/.test(query))
    return `/search?q=${encodeURIComponent(plain.split('/').at(-1) || 'release')}`;
  if (/^\/(?:blog|projects|presentations|misc|files)\/?$/.test(plain)) return '/archive';
  return pick(known.posts, number) ?? '/';
}

function lostPath(path: string): string {
  return path.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
}

function pick(from: readonly string[], number: number): string | undefined {
  return from[number % from.length];
}

function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}
