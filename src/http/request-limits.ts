import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';

/** Path and query as sent; no address of the blog is nearly as long. */
export const MAX_URL_BYTES = 8_000;
/** Counts `&` in a query; our longest form has a dozen. */
export const MAX_QUERY_FIELDS = 200;
/** Per header. Node refuses a whole head of over MAX_HEAD_BYTES. */
export const MAX_HEADER_BYTES = 8_000;
/** Request line and all headers together. */
export const MAX_HEAD_BYTES = 16_000;
/** Koa's `fresh` parses these with regular expressions that take quadratic time over blanks. */
const READ_BY_EXPRESSIONS = ['if-none-match', 'if-modified-since', 'cache-control'] as const;

/** The syntax of a host with an optional port; it need not exist. */
const HOST = /^[^\s/?#@\\]{1,260}$/;

/**
 * Refuses an oversized address (414) or header (431) before it is processed. Bodies are limited in form-body.ts, by the limits in
 * accounts/protect-forms.ts.
 */
export function requestLimits(): Middleware {
  /** Nearly all requests name one host, and it takes microseconds to parse. */
  let last = '';
  return (ctx, next) => {
    const { req } = ctx;
    const { host = '' } = req.headers;
    if (host === '' || host !== last) {
      if (!isPossibleHost(req))
        ctx.throw(
          400,
          'The Host header is not a valid host. Send a host name or address, and a port up to 65535.',
        );
      last = host;
    }
    const url = req.url ?? '';
    if (url.length > MAX_URL_BYTES)
      ctx.throw(414, `The address is longer than ${MAX_URL_BYTES / 1000} kB. Use a shorter one.`);
    if (hasMoreFields(url, MAX_QUERY_FIELDS))
      ctx.throw(414, `The address has more than ${MAX_QUERY_FIELDS} query fields. Use fewer.`);
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

/** HTTP/1.1 requires a Host header (RFC 9112 section 3.2); it may be empty. */
function isPossibleHost({ headers: { host }, httpVersion }: IncomingMessage): boolean {
  if (host === undefined) return httpVersion !== '1.1';
  return host === '' || (HOST.test(host) && URL.canParse(`http://${host}`));
}

function hasMoreFields(url: string, most: number): boolean {
  let count = 0;
  for (let at = url.indexOf('&'); at !== -1; at = url.indexOf('&', at + 1)) if (++count >= most) return true;
  return false;
}

/** The name of the first header that is too long, as sent, shortened to the length of a name. */
function longHeader({ rawHeaders }: IncomingMessage): string | undefined {
  const at = rawHeaders.findIndex((text) => text.length > MAX_HEADER_BYTES);
  return at === -1 ? undefined : rawHeaders[at - (at % 2)]!.slice(0, 100);
}
