import type { IncomingMessage } from 'node:http';

/**
 * Reduces the target of a request to a path: a client of a proxy sends the whole URL (RFC 9112 section 3.2.2). Returns false if it is
 * neither. Must run before Koa, which parses the target for each property with a parser that throws, even while it handles an error.
 */
export function makeTargetPath(request: IncomingMessage): boolean {
  const { url = '' } = request;
  if (url.startsWith('/') || url === '*') return true;
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol)) return false;
  request.url = address.pathname + address.search;
  return true;
}
