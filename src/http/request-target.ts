import type { IncomingMessage } from 'node:http';

/**
 * Makes the target of a request a path: a proxy's client sends the whole address (RFC 9112 section 3.2.2). Returns false for what is none.
 * To be asked before Koa is: it reads the target anew for each property, by a parser that throws, also while an error is handled.
 */
export function makeTargetPath(request: IncomingMessage): boolean {
  const { url = '' } = request;
  if (url.startsWith('/') || url === '*') return true;
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol)) return false;
  request.url = address.pathname + address.search;
  return true;
}
