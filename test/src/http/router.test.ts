import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router } from '@koa/router';
import { RPCType, setRPCMetadata } from '@opentelemetry/core';
import { ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import compose from 'koa-compose';
import { createRouter, noteUnknownAddress } from '../../../src/http/router.ts';
import { TracingFixture } from '../../otel/instrumentation/tracing-fixture.ts';

/** What the span was named at some moment. */
const seen: Record<string, unknown> = {};
const look = (where: string): void => {
  seen[where] = (trace.getActiveSpan() as unknown as { attributes: Record<string, unknown> }).attributes[
    'http.route'
  ];
};

function appOf(): Koa {
  const app = new Koa();
  app.silent = true;

  const posts = createRouter({ prefix: '/admin' });
  posts.use((_ctx, next) => {
    look('middleware');
    return next();
  });
  posts.post('/posts/preview', (ctx) => (ctx.body = 'preview'));
  posts.post('/posts/:id', (ctx) => (ctx.body = 'saved'));
  posts.get('/posts/:id', (ctx) => (ctx.body = 'one'));
  posts.get(
    '/twice',
    (_ctx, next) => next(),
    (ctx) => (ctx.body = 'twice'),
  );
  posts.get('/guarded/:id', (ctx) => ctx.throw(403));
  posts.get(['/first', '/second'], (ctx) => (ctx.body = 'either'));
  posts.get('named', '/by-name/:id', (ctx) => (ctx.body = 'named'));
  posts.get(/^\/admin\/expression-\d+$/, (ctx) => (ctx.body = 'expression'));
  posts.param('user', (_id, _ctx, next) => {
    look('param');
    return next();
  });
  posts.get('/of/:user', (ctx) => (ctx.body = 'of'));
  posts.redirect('/old', '/new');

  const passing = createRouter();
  passing.all('/{*all}', (_ctx, next) => next());
  passing.get('/passed/:on', (_ctx, next) => next());
  passing.get('/passed/here', (ctx) => (ctx.body = 'here'));

  const inner = createRouter();
  inner.use((_ctx, next) => next());
  inner.get('/plop', (ctx) => (ctx.body = 'plop'));
  inner.get('/:any', (ctx) => (ctx.body = 'any'));
  const plain = new Router();
  plain.get('/list', (ctx) => (ctx.body = 'list'));
  plain.get('/:one', (ctx) => (ctx.body = 'one'));
  const outer = createRouter();
  outer.use('/public', inner.routes(), inner.allowedMethods());
  outer.use('/plain', plain.routes());
  const around = new Router();
  around.use('/around', inner.routes());

  app.use(passing.routes());
  app.use(compose([posts.routes(), posts.allowedMethods()]));
  app.use(outer.routes());
  app.use(around.routes());
  const behind = createRouter();
  behind.get('/', (ctx) => (ctx.body = 'root'));
  behind.get('/{*rest}', (ctx) => {
    noteUnknownAddress();
    ctx.throw(404);
  });
  app.use(behind.routes());
  return app;
}

describe('the route of a request', () => {
  const tracing = new TracingFixture();
  let server: Server;

  beforeAll(async () => {
    const handle = appOf().callback();
    server = createServer((incoming, response) => {
      const span = tracing.provider.getTracer('test').startSpan(incoming.method!);
      response.on('close', () => span.end());
      const active = trace.setSpan(setRPCMetadata(ROOT_CONTEXT, { type: RPCType.HTTP, span }), span);
      void context.with(active, () => handle(incoming, response));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    tracing.stop();
  });

  async function ask(method: string, path: string): Promise<readonly [string, unknown]> {
    tracing.take();
    const { port } = server.address() as AddressInfo;
    const outgoing = request({ method, path, port, host: '127.0.0.1', agent: false }).end();
    const [response] = await once(outgoing, 'response');
    response.resume();
    await once(response, 'close');
    while (tracing.spans.length === 0) await new Promise(setImmediate);
    const [span] = tracing.take();
    return [span!.name, span!.attributes['http.route']];
  }

  it.each([
    // Of several that match, the one that answered; the catch-all in front of them passes everything on.
    ['POST', '/admin/posts/preview', 'POST', '/admin/posts/preview'],
    ['POST', '/admin/posts/7', 'POST', '/admin/posts/:id'],
    ['GET', '/admin/posts/preview', 'GET', '/admin/posts/:id'],
    ['HEAD', '/admin/posts/7', 'HEAD', '/admin/posts/:id'],
    ['GET', '/admin/twice', 'GET', '/admin/twice'],
    ['GET', '/admin/guarded/1', 'GET', '/admin/guarded/:id'],
    ['GET', '/admin/second', 'GET', '/admin/second'],
    ['GET', '/admin/by-name/7', 'GET', 'named'],
    ['GET', '/admin/expression-7', 'GET', String(/^\/admin\/expression-\d+$/)],
    ['GET', '/admin/of/somebody', 'GET', '/admin/of/:user'],
    ['GET', '/admin/old', 'GET', '/admin/old'],
    ['GET', '/passed/here', 'GET', '/passed/here'],
    ['GET', '/public/plop', 'GET', '/public/plop'],
    ['GET', '/public/else', 'GET', '/public/:any'],
    // Mounted here but made without us, and the other way round.
    ['GET', '/plain/list', 'GET', '/plain/list'],
    ['GET', '/plain/7', 'GET', '/plain/:one'],
    ['GET', '/around/plop', 'GET', '/around/plop'],
    ['GET', '/around/else', 'GET', '/around/:any'],
    ['GET', '/', 'GET', '/'],
    ['GET', '/nowhere', 'GET', '/{*rest}'],
    // Nothing answered; the last that ran is the one that passes on.
    ['DELETE', '/admin/posts/7', 'DELETE', '/{*all}'],
    ['PROPFIND', '/admin/posts/7', 'HTTP', '/{*all}'],
  ])('%s %s: %s %s', async (method, path, word, route) => {
    expect(await ask(method, path)).toEqual([`${word} ${route}`, route]);
  });

  it('is known before the middleware of its router, and before its parameters are looked up', async () => {
    await ask('GET', '/admin/of/somebody');
    expect(seen).toEqual({ middleware: '/admin/of/:user', param: '/admin/of/:user' });
  });
});
