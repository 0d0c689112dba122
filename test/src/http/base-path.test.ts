import { expectLinear } from '../../fixtures/linear-time.ts';
import { RAW_TEXT_ELEMENTS } from '../../fixtures/elements.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { basePathOf, mountAt, withBasePath, withoutBasePath } from '../../../src/http/base-path.ts';
import { createCompression } from '../../../src/http/compression.ts';
import { sendFresh } from '../../../src/http/fresh-response.ts';

describe('basePathOf', () => {
  it.each([
    [undefined, ''],
    ['https://blog.example', ''],
    ['https://blog.example/', ''],
    ['https://example.com/notes', '/notes'],
    ['https://example.com/a/b/', '/a/b'],
  ])('%s: %j', (publicUrl, basePath) => expect(basePathOf(publicUrl)).toBe(basePath));
});

describe('withoutBasePath', () => {
  it.each([
    ['/notes', '/'],
    ['/notes/', '/'],
    ['/notes/tags', '/tags'],
    ['/notes/notes/tags', '/notes/tags'],
    ['/tags', '/tags'],
    ['/', '/'],
    ['/notesandmore', '/notesandmore'],
    ['/Notes/tags', '/Notes/tags'],
    ['/tags/notes/x', '/tags/notes/x'],
  ])('%s is %s', (path, inside) => expect(withoutBasePath(path, '/notes')).toBe(inside));

  it('leaves everything without a base path', () => {
    for (const path of ['/', '/notes', '//x']) expect(withoutBasePath(path, '')).toBe(path);
  });
});

describe('withBasePath', () => {
  it.each([
    ['<a href="/">', '<a href="/notes/">'],
    ['<a class="x" href="/tags?a=1&amp;b=/c#d">', '<a class="x" href="/notes/tags?a=1&amp;b=/c#d">'],
    ["<a href='/tags'>", '<a href="/notes/tags">'],
    ['<a href=/tags>', '<a href="/notes/tags">'],
    ['<a href="&#47;tags?a=1&copy=2">', '<a href="/notes/tags?a=1&amp;copy=2">'],
    ["<a href='/\"'>", '<a href="/notes/&quot;">'],
    ['<A HREF = "/tags">', '<A HREF = "/notes/tags">'],
    ['<img alt="a > b" src="/media/a.png"/>', '<img alt="a > b" src="/notes/media/a.png"/>'],
    [
      '<form action="/search"><button formaction="/x">',
      '<form action="/notes/search"><button formaction="/notes/x">',
    ],
    ['<div data-live="/live?a">', '<div data-live="/notes/live?a">'],
    ['<svg data-href="/traces" data-copy="a">', '<svg data-href="/notes/traces" data-copy="a">'],
    [
      '<script src="/a.js" type="module"></script><a href="/b">',
      '<script src="/notes/a.js" type="module"></script><a href="/notes/b">',
    ],
    [
      '<img srcset="/a 1x, /b 2x,/c 3x, //d/e 4x, f/g 5x">',
      '<img srcset="/notes/a 1x, /notes/b 2x,/notes/c 3x, //d/e 4x, f/g 5x">',
    ],
    ['<video poster="/p.png" src="/v.mp4">', '<video poster="/notes/p.png" src="/notes/v.mp4">'],
  ])('moves %s', (html, moved) => expect(withBasePath(html, '/notes')).toBe(moved));

  it.each([
    '<a href="//cdn.example/x">',
    '<a href="https://example.com/x">',
    '<a href="#top">',
    '<a href="beside">',
    '<a href="">',
    '<input name="next" value="/admin">',
    '<a title="see href=/x">',
    `<a title='href="/x"'>`,
    '<p>href="/x" and /y</p>',
    '<code>&lt;a href="/x"&gt;</code>',
    '<!-- <a href="/x"> -->',
    '<script type="application/ld+json">{"a":"<a href=\\"/x\\">"}</script>',
    ...RAW_TEXT_ELEMENTS.map((name) => `<${name}><a href="/x"></${name}>`),
    '</a href="/x">',
    '<a href="/x',
    'a < b href="/x"',
  ])('leaves %s', (html) => expect(withBasePath(html, '/notes')).toBe(html));

  it('leaves everything without a base path', () => {
    expect(withBasePath('<a href="/tags">', '')).toBe('<a href="/tags">');
  });

  it('takes time in proportion to what it reads, whatever that is', async () => {
    const hostile = (times: number): string => '<a href="/x" "'.repeat(times);
    expect(withBasePath(hostile(20_000), '/notes').length).toBeGreaterThanOrEqual(hostile(20_000).length);
    await expectLinear((times) => withBasePath(hostile(times), '/notes'), 5000);
  });
});

describe('mountAt', () => {
  let server: Server;
  let origin: string;
  const page = `<a href="/tags">${'tags '.repeat(400)}</a>`;
  beforeAll(async () => {
    const app = new Koa();
    app.use(createCompression());
    app.use(mountAt('/notes'));
    app.use((ctx) => {
      if (ctx.path === '/moved') {
        ctx.status = 303;
        ctx.redirect('/tags?a=1');
      } else if (ctx.path === '/elsewhere') ctx.redirect('https://example.com/x');
      else if (ctx.path === '/text') ctx.body = '<a href="/x">';
      else if (ctx.path === '/asked') ctx.body = { path: ctx.path, query: ctx.querystring, url: ctx.url };
      else sendFresh(ctx, { body: page, type: 'text/html; charset=utf-8', lastModifiedMillis: 0 });
      if (ctx.path === '/text') ctx.type = 'text/plain';
    });
    server = createServer(app.callback());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(origin + path, { redirect: 'manual', ...init });

  it.each(['/notes/moved', '/moved'])('keeps the status of a redirect and moves it: %s', async (path) => {
    const answer = await ask(path, { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/notes/tags?a=1']);
    expect(await answer.text()).toBe('Redirecting to /notes/tags?a=1.');
  });

  it('leaves redirects to elsewhere, and what is no page', async () => {
    expect((await ask('/notes/elsewhere')).headers.get('location')).toBe('https://example.com/x');
    expect(await (await ask('/notes/text')).text()).toBe('<a href="/x">');
  });

  it('takes the path off once and leaves the query', async () => {
    expect(await (await ask('/notes/asked?x=/notes/y%2Fz')).json()).toEqual({
      path: '/asked',
      query: 'x=/notes/y%2Fz',
      url: '/asked?x=/notes/y%2Fz',
    });
  });

  it('agrees with compression, HEAD and conditional requests', async () => {
    const whole = await ask('/notes/', { headers: { 'accept-encoding': 'identity' } });
    const text = await whole.text();
    expect(text).toBe(page.replace('/tags', '/notes/tags'));
    expect(whole.headers.get('content-length')).toBe(String(text.length));
    const head = await ask('/notes/', { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
    expect(head.headers.get('content-length')).toBe(String(text.length));
    const packed = await ask('/notes/', { headers: { 'accept-encoding': 'br' } });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(await packed.text()).toBe(text);
    const etag = packed.headers.get('etag')!;
    // Without a word on caching, fetch adds that it wants no cache.
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await ask('/notes/', { headers })).status).toBe(304);
  });
});
