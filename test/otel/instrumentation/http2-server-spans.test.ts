import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  connect,
  constants,
  createServer,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator, isTracingSuppressed } from '@opentelemetry/core';
import { type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import { systemClock } from '../../../otel/base/clock.ts';
import { DEFAULT_CLIENT_RULES } from '../../../otel/instrumentation/http-request-attributes.ts';
import { nameRequestRoute } from '../../../otel/instrumentation/request-route.ts';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => unknown;
const activeId = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId;
const TOKEN = 'a-token-of-our-own-services';
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a request over HTTP/2', () => {
  const { exporter, guard, contexts, spans } = collectedServerSpans(['/quiet'], systemClock, {
    ...DEFAULT_CLIENT_RULES,
    contextToken: TOKEN,
  });
  let server: Http2Server;
  let session: ClientHttp2Session;
  let handle: Handler = () => {};

  beforeAll(async () => {
    context.setGlobalContextManager(contexts);
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    spans.enable();
    server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
    server.on('sessionError', () => {});
    await once(server, 'listening');
    session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on('error', () => {});
  });
  afterEach(() => {
    exporter.reset();
    expect(guard.faults()).toEqual([]);
  });
  afterAll(() => {
    spans.disable();
    context.disable();
    propagation.disable();
    session.destroy();
    server.close();
  });

  async function ended(count = 1): Promise<readonly ReadableSpan[]> {
    while (exporter.getFinishedSpans().length < count) await new Promise(setImmediate);
    return exporter.getFinishedSpans();
  }
  async function ask(headers: OutgoingHttpHeaders, body?: readonly string[]): Promise<IncomingHttpHeaders> {
    const stream = session.request(headers, { endStream: body === undefined });
    stream.on('error', () => {}).resume();
    let answer: IncomingHttpHeaders = {};
    stream.on('response', (head) => (answer = head));
    for (const part of body ?? []) {
      stream.write(part);
      await new Promise(setImmediate);
    }
    if (body !== undefined) stream.end();
    await once(stream, 'close');
    return answer;
  }

  it('has a span like HTTP/1, without a size', async () => {
    const seen: unknown[] = [];
    handle = (request, response) => {
      seen.push(activeId());
      nameRequestRoute(request.method, '/:word');
      setImmediate(() => {
        seen.push(activeId());
        response.end('answer');
      });
    };
    await ask({ ':path': '/a?token=x&b=1', 'user-agent': 'reader/1.0' });
    const [span] = await ended();
    expect(seen).toEqual([span!.spanContext().spanId, span!.spanContext().spanId]);
    expect([span!.name, span!.parentSpanContext, span!.kind]).toEqual(['GET /:word', undefined, 1]);
    const { port } = server.address() as AddressInfo;
    const { ...attributes } = span!.attributes;
    expect(attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/:word',
      'url.scheme': 'http',
      'url.path': '/a',
      'url.query': 'token=REDACTED&b=1',
      'network.protocol.version': '2',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': expect.any(Number),
      'client.address': '127.0.0.1',
      'server.address': '127.0.0.1',
      'server.port': port,
      'user_agent.original': 'reader/1.0',
      'operation.outcome': 'complete',
      'http.response.status_code': 200,
      'operation.time_to_first_byte': expect.any(Number),
    });
  });

  it('continues the trace of a trusted client, and links to that of another', async () => {
    handle = (_request, response) => response.end();
    await ask({ ':path': '/a', traceparent: PARENT, 'x-trace-context-token': TOKEN });
    await ask({ ':path': '/b', traceparent: PARENT });
    const [trusted, stranger] = await ended(2);
    const { traceId } = trusted!.spanContext();
    expect(trusted!.parentSpanContext).toMatchObject({ traceId, spanId: 'b7ad6b7169203331', isRemote: true });
    expect(trusted!.links).toEqual([]);
    expect(stranger!.parentSpanContext).toBeUndefined();
    expect(stranger!.spanContext().traceId).not.toBe(traceId);
    expect(stranger!.links).toMatchObject([{ context: { traceId, spanId: 'b7ad6b7169203331' } }]);
  });

  it('has its own context among others of the session, and in listeners of its body', async () => {
    const seen: Record<string, (string | undefined)[]> = {};
    handle = (request, response) => {
      const ids = (seen[request.url] = [activeId()]);
      request.on('data', () => ids.push(activeId()));
      request.on('end', () => {
        ids.push(activeId());
        response.end();
      });
    };
    const paths = Array.from({ length: 20 }, (_, i) => `/${i}`);
    await Promise.all(paths.map((path) => ask({ ':path': path, ':method': 'POST' }, ['ab', 'cd'])));
    for (const span of await ended(20)) {
      const ids = seen[String(span.attributes['url.path'])]!;
      expect(ids.length).toBeGreaterThan(2);
      expect(new Set(ids)).toEqual(new Set([span.spanContext().spanId]));
    }
  });

  it('may be handled by a Koa app, or as a stream', async () => {
    const app = new Koa();
    app.use((ctx) => {
      ctx.status = 203;
      ctx.body = { id: activeId() };
    });
    const koa = app.callback();
    handle = (request, response) => koa(request, response);
    await ask({ ':path': '/koa' });
    handle = (request) => {
      request.stream.respond({ ':status': 201, 'content-type': 'text/event-stream' });
      request.stream.end('data');
    };
    await ask({ ':path': '/stream' });
    const facts = (await ended(2)).map(({ attributes }) => [
      attributes['url.path'],
      attributes['http.response.status_code'],
      attributes['http.response.header.content-type'],
    ]);
    expect(facts).toEqual([
      ['/koa', 203, undefined],
      ['/stream', 201, ['text/event-stream']],
    ]);
  });

  it.each<readonly [string, Handler, Record<string, unknown>]>([
    [
      '500',
      (_request, response) => response.writeHead(500).end(),
      { status: 500, outcome: 'complete', error: '500' },
    ],
    ['404', (_request, response) => response.writeHead(404).end(), { status: 404, outcome: 'complete' }],
    [
      'an error of the app before its head',
      ({ stream }) => stream.destroy(new RangeError('broke')),
      { outcome: 'failed', error: 'RangeError' },
    ],
    [
      'an error of the app behind its head',
      ({ stream }, response) => {
        response.write('x');
        setImmediate(() => setImmediate(() => stream.destroy(new RangeError('broke'))));
      },
      { status: 200, outcome: 'failed', error: 'RangeError' },
    ],
    [
      'a session that is gone in the turn of its head',
      (request, response) => {
        response.write('x');
        request.stream.session!.destroy();
      },
      { outcome: 'aborted' },
    ],
  ])('%s: is recorded by what was sent', async (_name, handler, facts) => {
    handle = handler;
    const own = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    own.on('error', () => {});
    const stream = own.request({ ':path': '/x' });
    stream.on('error', () => {}).resume();
    await once(stream, 'close').catch(() => {});
    own.destroy();
    const [span] = await ended();
    const { attributes, status } = span!;
    expect({
      status: attributes['http.response.status_code'],
      outcome: attributes['operation.outcome'],
      error: attributes['error.type'],
    }).toEqual({ status: undefined, error: undefined, ...facts });
    expect(status.code).toBe(facts['error'] === undefined ? 0 : 2);
  });

  it.each([
    ['before its head', false, undefined],
    ['behind it', true, 200],
  ])('that its client resets %s is aborted', async (_name, hasHead, status) => {
    const begun = new Promise<void>((resolve) => {
      handle = (_request, response) => {
        response.stream.on('error', () => {});
        if (hasHead) response.write('x');
        resolve();
      };
    });
    const stream = session.request({ ':path': '/x' });
    stream.on('error', () => {});
    if (hasHead) await once(stream, 'response');
    await begun;
    stream.close(constants.NGHTTP2_CANCEL);
    const [span] = await ended();
    expect(span!.attributes).toMatchObject({ 'operation.outcome': 'aborted' });
    expect(span!.attributes['http.response.status_code']).toBe(status);
    expect(span!.status.code).toBe(0);
  });

  it('has no span if untraced, and leaves nothing in its session', async () => {
    const seen: unknown[] = [];
    server.once('session', (each) => each.on('close', () => seen.push(context.active() === ROOT_CONTEXT)));
    handle = (_request, response) => {
      seen.push(isTracingSuppressed(context.active()));
      response.end();
    };
    const own = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = own.request({ ':path': '/quiet/x' });
    stream.resume();
    await once(stream, 'close');
    own.close();
    await once(own, 'close');
    while (seen.length < 2) await new Promise(setImmediate);
    expect(seen).toEqual([true, true]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
