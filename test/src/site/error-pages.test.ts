import { beforeAll, describe, expect, it } from '@jest/globals';
import { wordsOf } from '../../../src/site/error-page.ts';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer({
    extra: async (ctx, next) => {
      if (ctx.path === '/x/throws') throw new Error('secret at src/secret.ts');
      if (ctx.path === '/x/null') throw null as unknown as Error;
      if (ctx.path === '/x/limit') ctx.throw(429, 'Wait a minute.', { headers: { 'Retry-After': '60' } });
      if (ctx.path === '/x/json') {
        ctx.state['errorFormat'] = 'json';
        ctx.throw(400, 'Say when.');
      }
      if (ctx.path === '/x/late') {
        ctx.set({ ETag: '"x"', 'Content-Encoding': 'br', 'Cache-Control': 'public' });
        throw new Error('late');
      }
      await next();
    },
  }).start();
});

const ID = '0123456789abcdef0123456789abcdef';

describe('error pages', () => {
  it('says 404 with a search for the words of the address', async () => {
    const { status, headers, text } = await server.ask('/2026/03/slow-query.html', { accept: 'text/html' });
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['vary']).toContain('Accept');
    expect(text).toContain('value="slow query"');
    expect(text).toContain('noindex');
  });

  it('answers programs in JSON and everything else in words', async () => {
    const json = await server.ask('/nope', { accept: 'application/json' });
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(json.text)).toEqual({
      error: { status: 404, message: 'Page not found.', requestId: ID },
    });
    const picture = await server.ask('/nope.png', { accept: 'image/avif,image/webp' });
    expect([picture.status, picture.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
    const anything = await server.ask('/nope', { accept: '*/*' });
    expect(anything.headers['content-type']).toContain('text/html');
    const answer = await server.ask('/x/json', { accept: 'text/html' });
    expect(JSON.parse(answer.text)).toEqual({ error: { status: 400, message: 'Say when.', requestId: ID } });
  });

  it.each(['/x/throws', '/x/null'])(
    'hides the fault of %s, names the request and tells the log',
    async (path) => {
      const before = server.faults.length;
      const { status, headers, text } = await server.ask(path, { accept: 'text/html' });
      expect(status).toBe(500);
      expect(text).toContain(ID);
      expect(text).not.toContain('secret');
      expect(headers['cache-control']).toBe('no-store');
      expect(server.faults).toHaveLength(before + 1);
    },
  );

  it('drops the headers of the response that the error replaces', async () => {
    const { headers } = await server.ask('/x/late');
    expect([headers['etag'], headers['content-encoding'], headers['cache-control']]).toEqual([
      undefined,
      undefined,
      'no-store',
    ]);
  });

  it('keeps the headers that belong to the error', async () => {
    const { status, headers, text } = await server.ask('/x/limit', { accept: 'text/html' });
    expect([status, headers['retry-after']]).toEqual([429, '60']);
    expect(text).toContain('Wait a minute.');
  });

  it('shows a hostile address as text only', async () => {
    const { text } = await server.ask('/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E', { accept: 'text/html' });
    expect(text).not.toContain('<script');
  });

  it.each(['/%', '/%ff', '/%00', '/a%2fb', '//evil.example/', '/a//b', `/${'x'.repeat(5000)}`])(
    'is calm about %s',
    async (path) => {
      expect((await server.ask(path)).status).toBe(404);
    },
  );
});

describe('wordsOf', () => {
  it.each([
    ['/2026/03/slow-query.html', 'slow query'],
    ['/caf%C3%A9_au-lait/', 'café au lait'],
    ['/%', ''],
    ['/', ''],
  ])('%s', (path, words) => {
    expect(wordsOf(path)).toBe(words);
  });
});
