// No library: koa-compress handles streams, but caches nothing, so it would compress every page again for every reader.
import { Readable, Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import type { Context, Middleware } from 'koa';
import koaCompress from 'koa-compress';
import Negotiator from 'negotiator';
import { ByteBoundedCache } from './byte-bounded-cache.ts';
import { responseHeader } from './response-header.ts';

/** Compressing a smaller body gains nothing: it fits into the packet of the headers. */
const MIN_BYTES = 1024;
/** 16 MiB of compressed bodies: thousands of pages, and the feeds, which are large and requested often. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
/** In order of preference if the client has none: br is smallest for text, gzip works everywhere. */
const ENCODINGS = ['br', 'zstd', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];
/** Compressible types. Pictures, fonts and archives are compressed already, and an event stream must not wait for a full block. */
const TEXT =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml)\b|application\/javascript\b|image\/svg\+xml)/i;
const SUFFIX = /-(?:br|zstd|gzip)"/g;

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 6 } };
const GZIP = { level: 6 };

const compressWhole: Readonly<Record<Encoding, (body: string | Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, BROTLI),
  zstd: (body) => promisify(zstdCompress)(body, ZSTD),
  gzip: (body) => promisify(gzip)(body, GZIP),
};

const done = (): Promise<void> => Promise.resolve();

/** Compresses text responses. Each encoding is a representation of its own, so its ETag ends with the encoding's name, which conditional
 * requests may use. A complete text with an ETag is compressed once and cached; streams go through koa-compress. HEAD gets the headers of
 * GET. Ranges and event streams are not compressed.
 */
export function createCompression(): Middleware {
  const kept = new ByteBoundedCache<Buffer>(MAX_KEPT_BYTES);
  const compressStream = koaCompress({
    threshold: MIN_BYTES,
    filter: (type) => TEXT.test(type),
    br: BROTLI,
    zstd: ZSTD,
    gzip: GZIP,
    deflate: false,
    encodingPreference: [...ENCODINGS],
    wildcardAcceptEncoding: ENCODINGS[0],
  });

  return async (ctx, next) => {
    const asked = ctx.get('If-None-Match');
    if (asked !== '') ctx.req.headers['if-none-match'] = asked.replace(SUFFIX, '"');
    ctx.vary('Accept-Encoding');
    await next();
    const source: unknown = ctx.body;
    const isWhole = typeof source === 'string' || Buffer.isBuffer(source);
    const encoding = encodingFor(ctx);
    if (isWhole && responseHeader(ctx, 'ETag') !== '') {
      if (encoding !== undefined) await sendKept(ctx, source, encoding);
    } else if (ctx.method !== 'HEAD') {
      await compressStream(ctx, done);
      // koa-compress pipes, and a pipe does not forward an error of its source: the client would wait forever.
      const { body } = ctx;
      if (source instanceof Readable && body instanceof Transform)
        source.once('error', (error) => body.destroy(error));
    } else if (encoding !== undefined) announce(ctx, encoding);
    const sent = responseHeader(ctx, 'Content-Encoding');
    if (sent !== '') tagEncoding(ctx, sent);
    else if (ctx.status === 304) tagAsAsked(ctx, asked);
  };

  async function sendKept(ctx: Context, whole: string | Buffer, encoding: Encoding): Promise<void> {
    const key = `${encoding} ${responseHeader(ctx, 'ETag')}`;
    let packed = kept.get(key);
    if (packed === undefined) {
      packed = await compressWhole[encoding](whole);
      kept.set(key, packed, packed.length + key.length);
    }
    ctx.set('Content-Encoding', encoding);
    ctx.body = packed;
  }
}

/** The encoding of this response, by the rules of koa-compress; undefined: none. */
function encodingFor(ctx: Context): Encoding | undefined {
  const { type, length } = ctx.response;
  const small = length !== undefined && length < MIN_BYTES;
  if (ctx.status !== 200 || small || !TEXT.test(type)) return undefined;
  if (responseHeader(ctx, 'Content-Encoding') !== '' || ctx['compress'] === false) return undefined;
  if (/\bno-transform\b/.test(responseHeader(ctx, 'Cache-Control'))) return undefined;
  const chosen = new Negotiator(ctx.req).encoding([...ENCODINGS, 'identity'], { preferred: ENCODINGS });
  return chosen === 'identity' ? undefined : chosen;
}

function announce(ctx: Context, encoding: Encoding): void {
  ctx.set('Content-Encoding', encoding);
  // A body of unknown length makes Koa omit Content-Length, as for the compressed GET.
  ctx.body = Readable.from([]);
  ctx.remove('Content-Length');
}

function tagEncoding(ctx: Context, encoding: string): void {
  const etag = responseHeader(ctx, 'ETag');
  if (etag !== '' && ENCODINGS.some((known) => known === encoding))
    ctx.set('ETag', etag.replace(/"$/, `-${encoding}"`));
}

/** Gives a 304 the ETag of the compressed copy that the client has, as it named it in `If-None-Match`. */
function tagAsAsked(ctx: Context, asked: string): void {
  const plain = responseHeader(ctx, 'ETag').replace(/"$/, '');
  const named = asked
    .split(',')
    // Trimmed separately: a split expression with blanks around the comma takes quadratic time.
    .map((tag) => tag.trim())
    .find((tag) => plain !== '' && tag.replace(/^W\//, '').startsWith(`${plain}-`));
  if (named !== undefined) ctx.set('ETag', named.replace(/^W\//, ''));
}
