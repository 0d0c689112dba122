import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';

/** Path and query, as sent; no address of the blog comes near it. */
export const MAX_URL_BYTES = 8_000;
/** `&` in a query; our longest form has a dozen. */
export const MAX_QUERY_FIELDS = 200;
/** One header. Node refuses a head of over MAX_HEAD_BYTES as a whole. */
export const MAX_HEADER_BYTES = 8_000;
/** Request line and all headers together. */
export const MAX_HEAD_BYTES = 16_000;
/** What koa's `fresh` reads by expressions that take quadratic time over blanks. */
const READ_BY_EXPRESSIONS = ['if-none-match', 'if-modified-since', 'cache-control'] as const;

/** What a host and its port are made of; whether they exist is for the resolver. */
const HOST = /^[^\s/?#@\\]{1,260}$/;

/**
 * Refuses an address or header that is longer than any honest one, in words, before anything is done with it: 414 for the address, 431 for a
 * header. A body is limited where it is read: form-body.ts, by the limits in accounts/protect-forms.ts.
 */
export function requestLimits(): Middleware {
  return (ctx, next) => {
    const { req } = ctx;
    if (!isPossibleHost(req))
      ctx.throw(
        400,
        'The Host header names no host. Send the name or address that you ask, and a port up to 65535.',
      );
    const url = req.url ?? '';
    if (url.length > MAX_URL_BYTES)
      ctx.throw(414, `The address is longer than ${MAX_URL_BYTES / 1000} kB. Ask for a shorter one.`);
    if (hasMoreFields(url, MAX_QUERY_FIELDS))
      ctx.throw(414, `The address has more than ${MAX_QUERY_FIELDS} query fields. Ask with fewer.`);
    const long = longHeader(req);
    if (long !== undefined)
      ctx.throw(431, `The header ${long} is longer than ${MAX_HEADER_BYTES / 1000} kB. Send a shorter one.`);
    for (const name of READ_BY_EXPRESSIONS) {
      const value = req.headers[name];
      if (value?.includes('  ') === true) req.headers[name] = value.replace(/[ \t]+/g, ' ');
    }
    return next();
  };
}

/** HTTP/1.1 requires one (RFC 9112 section 3.2); an empty one is allowed. */
function isPossibleHost({ headers: { host }, httpVersion }: IncomingMessage): boolean {
  if (host === undefined) return httpVersion !== '1.1';
  return host === '' || (HOST.test(host) && URL.canParse(`http://${host}`));
}

function hasMoreFields(url: string, most: number): boolean {
  let count = 0;
  for (let at = url.indexOf('&'); at !== -1; at = url.indexOf('&', at + 1)) if (++count >= most) return true;
  return false;
}

/** The name of the first header that is too long, as it was sent but no longer than a name is. */
function longHeader({ rawHeaders }: IncomingMessage): string | undefined {
  const at = rawHeaders.findIndex((text) => text.length > MAX_HEADER_BYTES);
  return at === -1 ? undefined : rawHeaders[at - (at % 2)]!.slice(0, 100);
}
