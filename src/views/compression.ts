import { Readable, Transform } from 'node:stream';
import { constants } from 'node:zlib';
import type { Context, Middleware } from 'koa';
import koaCompress from 'koa-compress';
import { responseHeader } from './response-header.ts';

/** A smaller body gains nothing: it already fits the packet that carries the headers. */
const MIN_BYTES = 1024;
/** In the order we prefer when the client does not: br is smallest for text, gzip goes everywhere. */
const ENCODINGS = ['br', 'zstd', 'gzip'] as const;
/** Text by kind; pictures, fonts and archives are compressed already, and an event stream must not wait for a full block. */
const TEXT =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml)\b|application\/javascript\b|image\/svg\+xml)/i;
const SUFFIX = /-(?:br|zstd|gzip)"/g;

/**
 * Compresses text answers. Each encoding is a representation of its own, so its ETag carries the encoding's name; conditional
 * requests with such a tag are understood. HEAD gets the headers its GET would have. Ranges and event streams stay as they are.
 */
export function createCompression(): Middleware {
  const compress = koaCompress({
    threshold: MIN_BYTES,
    filter: (type) => TEXT.test(type),
    br: { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } },
    zstd: { params: { [constants.ZSTD_c_compressionLevel]: 6 } },
    gzip: { level: 6 },
    deflate: false,
    encodingPreference: [...ENCODINGS],
  } as Parameters<typeof koaCompress>[0]) as unknown as Middleware;

  return async (ctx, next) => {
    const asked = ctx.get('If-None-Match');
    if (asked !== '') ctx.req.headers['if-none-match'] = asked.replace(SUFFIX, '"');
    let source: unknown;
    await compress(ctx as never, async () => {
      await next();
      source = ctx.body;
      if (ctx.method === 'HEAD') announce(ctx as unknown as Context);
    });
    // koa-compress pipes, and a pipe does not pass a broken source on: the client would wait for ever.
    const { body } = ctx;
    if (source instanceof Readable && body instanceof Transform)
      source.once('error', (error) => body.destroy(error));
    const encoding = responseHeader(ctx as unknown as Context, 'Content-Encoding');
    if (encoding !== '') tagEncoding(ctx as unknown as Context, encoding);
    else if (ctx.status === 304) tagAsAsked(ctx as unknown as Context, asked);
  };
}

/** What koa-compress would do with the body of the same GET. */
function announce(ctx: Context): void {
  const { type, length } = ctx.response;
  const small = length !== undefined && length < MIN_BYTES;
  if (
    ctx.status !== 200 ||
    small ||
    !TEXT.test(type) ||
    responseHeader(ctx as unknown as Context, 'Content-Encoding') !== ''
  )
    return;
  if (ctx.get('Accept-Encoding') === '') return;
  const encoding = ctx.acceptsEncodings([...ENCODINGS, 'identity']);
  if (encoding === false || encoding === 'identity') return;
  ctx.set('Content-Encoding', encoding);
  // A body of unknown length: Koa then leaves Content-Length out, as it does for the compressed GET.
  ctx.body = Readable.from([]);
  ctx.remove('Content-Length');
}

function tagEncoding(ctx: Context, encoding: string): void {
  const etag = responseHeader(ctx as unknown as Context, 'ETag');
  if (etag !== '' && (ENCODINGS as readonly string[]).includes(encoding))
    ctx.set('ETag', etag.replace(/"$/, `-${encoding}"`));
}

// The copy the client has is the one it named.
function tagAsAsked(ctx: Context, asked: string): void {
  const plain = responseHeader(ctx as unknown as Context, 'ETag').replace(/"$/, '');
  const named = asked
    .split(/\s*,\s*/)
    .find((tag) => plain !== '' && tag.replace(/^W\//, '').startsWith(`${plain}-`));
  if (named !== undefined) ctx.set('ETag', named.replace(/^W\//, ''));
}
