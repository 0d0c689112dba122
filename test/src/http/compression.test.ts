import { expectLinear } from '../../fixtures/linear-time.ts';
import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

/** So many words that compress like prose: from a list of common ones, frequent ones more often, always the same. */
function prose(words: number): string {
  const roots =
    'a of in to it is on as at we or be no so the and was for his had she her not but him one all out who two say how time year hand work world life part child eye woman place week case point government company number group problem fact light house glass leaf water stone river garden winter summer window letter answer question morning evening quiet bright slow ancient certain common distant early'.split(
      ' ',
    );
  const endings = ['', '', '', 's', 'ed', 'ing', 'ly', 'er', ', ', '. '];
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return Array.from(
    { length: words },
    () => roots[Math.min(next(roots.length), next(roots.length))]! + endings[next(endings.length)]!,
  ).join(' ');
}

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer({
    extra: async (ctx, next) => {
      if (ctx.path === '/x/events') {
        ctx.type = 'text/event-stream';
        ctx.body = Readable.from(['data: 1\n\n'.repeat(500)]);
      } else if (ctx.path === '/x/broken') {
        ctx.type = 'text/plain';
        ctx.body = Readable.from(
          (function* () {
            yield 'x'.repeat(5000);
            throw new Error('disk on fire');
          })(),
        );
      } else if (ctx.path === '/x/stream') {
        ctx.type = 'text/plain';
        ctx.body = Readable.from(['stream'.repeat(1000)]);
      } else if (ctx.path === '/x/small') ctx.body = 'small';
      else await next();
    },
  }).start();
  server.publish({ title: 'Long', path: 'long', markdown: prose(900) });
});

describe('compression', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('sends pages as %s, under an ETag of its own', async (encoding, decompress) => {
    const plain = await server.ask('/long');
    const packed = await server.ask('/long', { 'accept-encoding': encoding });
    expect(packed.headers['content-encoding']).toBe(encoding);
    expect(packed.headers['vary']).toContain('Accept-Encoding');
    expect(packed.headers['etag']).toBe(plain.headers['etag']!.replace(/"$/, `-${encoding}"`));
    expect(decompress(packed.body).equals(plain.body)).toBe(true);
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
  });

  // RFC 9110 section 12.5.3.
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, zstd', 'zstd'],
    ['gzip;q=1, br;q=0.1', 'gzip'],
    ['gzip;q=0.001, br;q=0', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['compress', undefined],
    ['', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['*, br;q=0', 'zstd'],
    ['*;q=0.1, gzip', 'gzip'],
    ['*;q=0, gzip', 'gzip'],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0', undefined],
    ['  gzip ; q=0.5 ,BR ; Q=0.7', 'br'],
    ['GZIP;q=nonsense, gzip', 'gzip'],
    [',,;q=1, gzip', 'gzip'],
  ])('answers %s with %s: whole texts, streams and HEAD alike', async (accept, encoding) => {
    for (const [path, method] of [
      ['/long'],
      ['/long', 'HEAD'],
      ['/x/stream'],
      ['/x/stream', 'HEAD'],
    ] as const) {
      const { headers } = await server.ask(path, { 'accept-encoding': accept }, method);
      expect([path, method, headers['content-encoding']]).toEqual([path, method, encoding]);
    }
  });

  it.each(['/assets/fonts/inter-latin-wght-normal.woff2', '/x/events', '/x/small'])(
    'leaves %s as it is',
    async (path) => {
      const { status, headers } = await server.ask(path, { 'accept-encoding': 'br, gzip' });
      expect(status).toBe(200);
      expect(headers['content-encoding']).toBeUndefined();
    },
  );

  it('announces the length of a whole text, and compresses a stream as it comes', async () => {
    const { headers, body } = await server.ask('/long', { 'accept-encoding': 'br' });
    expect(headers['content-length']).toBe(String(body.length));
    const stream = await server.ask('/x/stream', { 'accept-encoding': 'br' });
    expect([stream.headers['content-encoding'], stream.headers['content-length']]).toEqual(['br', undefined]);
    expect(brotliDecompressSync(stream.body).length).toBe(6000);
    const head = await server.ask('/x/stream', { 'accept-encoding': 'br' }, 'HEAD');
    expect([head.headers['content-encoding'], head.headers['content-length']]).toEqual(['br', undefined]);
  });

  it('breaks the connection when the source breaks, instead of leaving the client waiting', async () => {
    await expect(server.ask('/x/broken', { 'accept-encoding': 'gzip' })).rejects.toThrow(/aborted|hang up/);
  });

  it('keeps a first view of a text post within 14 KB', async () => {
    const page = await server.ask('/long', { 'accept-encoding': 'br' });
    const css = await server.ask('/assets/site.css', { 'accept-encoding': 'br' });
    expect(page.body.length + css.body.length).toBeLessThan(14 * 1024);
  });

  it('reads a list of tags in linear time, however many blanks are in it', async () => {
    const { etag } = (await server.ask('/long', { 'accept-encoding': 'br' })).headers;
    await expectLinear(async (blanks) => {
      const { status } = await server.ask('/long', { 'if-none-match': `${etag}, a${' '.repeat(blanks)}b` });
      expect(status).toBe(304);
    }, 3500);
  });
});
