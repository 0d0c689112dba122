import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { Readable, pipeline } from 'node:stream';
import { context } from '@opentelemetry/api';
import { type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';

const broken = (): Readable =>
  new Readable({
    read() {
      this.destroy(new Error('no source'));
    },
  });
const later = (response: ServerResponse): unknown => setImmediate(() => response.destroy());

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
const HANDLERS: Readonly<Record<string, Handler>> = {
  // Nothing is sent.
  '/nothing': (_request, response) => response.destroy(),
  '/write-destroy': (_request, response) => [response.write('x'), response.destroy()],
  '/length-write-destroy': (_request, response) => [
    response.setHeader('Content-Length', 1),
    response.write('x'),
    response.destroy(),
  ],
  '/broken-pipeline': (_request, response) => pipeline(broken(), response, () => {}),
  '/broken-later': (_request, response) => pipeline(Readable.from(broken()), response, () => {}),
  '/write-no-end': (_request, response) => [response.write('x'), later(response)],
  '/no-content': (_request, response) => [(response.statusCode = 204), response.write('x'), later(response)],
  '/cork': (_request, response) => [response.cork(), response.write('x'), later(response)],
  '/cork-socket': (_request, response) => [response.socket!.cork(), response.end('x'), later(response)],
  '/write-head': (_request, response) => [response.writeHead(201), later(response)],
  '/trailers': (_request, response) => [
    response.writeHead(200, { Trailer: 'X-T' }),
    response.write('x'),
    response.addTrailers({ 'X-T': '1' }),
    response.destroy(),
  ],
  '/hints': (_request, response) => [
    response.writeEarlyHints({ link: '</a>; rel=preload' }),
    later(response),
  ],
  '/hints-write': (_request, response) => [
    response.writeEarlyHints({ link: '</a>; rel=preload' }),
    response.write('x'),
    response.destroy(),
  ],
  '/processing': (_request, response) => [
    response.writeProcessing(),
    response.write('x'),
    response.destroy(),
  ],
  '/gone-before': (request, response) => [request.socket.destroy(), response.write('x'), response.end()],
  '/gone-later': (request, response) => [request.socket.destroy(), setImmediate(() => response.end('x'))],
  // The head is sent, and possibly a body.
  '/flush': (_request, response) => [response.flushHeaders(), response.destroy()],
  '/write-later': (_request, response) => [response.write('abc'), later(response)],
  '/uncork': (_request, response) => [
    response.cork(),
    response.write('abc'),
    response.uncork(),
    later(response),
  ],
  '/end-destroy': (_request, response) => [response.end('abc'), response.destroy()],
  '/hints-end': (_request, response) => [
    response.writeEarlyHints({ link: '</a>; rel=preload' }),
    response.end('abc'),
  ],
  '/write-end-destroy': (_request, response) => [response.write('abc'), response.end(), response.destroy()],
  '/write-error': (_request, response) => [response.write('x'), response.destroy(new Error('of ours'))],
  '/flush-end': (_request, response) => [response.flushHeaders(), response.end('abc')],
  '/status-204': (_request, response) => [(response.statusCode = 204), response.end()],
  '/status-304': (_request, response) => [(response.statusCode = 304), response.end()],
  '/end': (_request, response) => response.end('abc'),
  '/hang': () => {},
  // The span records their type, which decides how slow they are.
  '/events': (_request, response) => [
    response.writeHead(200, { 'content-Type': 'text/event-stream; charset=utf-8' }),
    response.write('abc'),
    response.end(),
  ],
  '/events-set': (_request, response) => [
    response.setHeader('CONTENT-TYPE', 'text/event-stream'),
    response.flushHeaders(),
    response.end('abc'),
  ],
  '/events-unsent': (_request, response) => [
    response.setHeader('Content-Type', 'text/event-stream'),
    response.write('x'),
    response.destroy(),
  ],
  '/events-like': (_request, response) => [
    response.setHeader('Content-Type', 'text/event-streams'),
    response.write('abc'),
    response.end(),
  ],
};

describe('what a span records as sent', () => {
  const { exporter, guard, contexts, spans } = collectedServerSpans();
  let server: Server;
  let started: string[] = [];
  let whenStarted = (_path: string): void => {};

  beforeAll(async () => {
    context.setGlobalContextManager(contexts);
    spans.enable();
    server = createServer((request, response) => {
      response.on('error', () => {});
      HANDLERS[request.url!]!(request, response);
      started.push(request.url!);
      whenStarted(request.url!);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    exporter.reset();
    started = [];
  });
  afterAll(() => {
    spans.disable();
    context.disable();
    server.closeAllConnections();
    server.close();
    expect(guard.faults()).toEqual([]);
  });

  async function open(): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }
  async function ended(count: number): Promise<readonly ReadableSpan[]> {
    while (exporter.getFinishedSpans().length < count) await new Promise(setImmediate);
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    return exporter.getFinishedSpans();
  }
  /** Everything the server sent until it closed. */
  async function received(method: string, path: string, rest: string): Promise<string> {
    const socket = await open();
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`);
    let text = '';
    socket.on('data', (chunk: string) => (text += chunk));
    await once(socket, 'close');
    return text;
  }
  const statusIn = (text: string): number | undefined =>
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, digits]) => Number(digits)).find((code) => code >= 200);

  const GET = Object.keys(HANDLERS).filter((path) => !['/write-no-end', '/hang'].includes(path));
  it.each([
    ...GET.map((path) => ['GET', path, '\r\n'] as const),
    ['HEAD', '/write-no-end', '\r\n'],
    ['HEAD', '/end', '\r\n'],
    ['HEAD', '/flush', '\r\n'],
    ['HEAD', '/write-destroy', '\r\n'],
    ['HEAD', '/broken-pipeline', '\r\n'],
    ['POST', '/nothing', 'Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx'],
    ['POST', '/write-destroy', 'Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx'],
    ['POST', '/end', 'Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx'],
  ] as const)('%s %s: is what its client received', async (method, path, rest) => {
    const text = await received(method, path, rest);
    const [span, ...others] = await ended(1);
    expect(others).toEqual([]);
    const { attributes } = span!;
    const status = statusIn(text);
    expect(attributes['http.response.status_code']).toBe(status);
    expect(attributes['operation.time_to_first_byte'] === undefined).toBe(status === undefined);
    const own = text.slice(text.indexOf(`HTTP/1.1 ${status}`));
    const body = /x|abc/.exec(own.slice(own.indexOf('\r\n\r\n')))?.[0] ?? '';
    expect(attributes['http.response.body.size']).toBe(body.length);
  });

  it.each([
    ['/events', ['text/event-stream; charset=utf-8']],
    ['/events-set', ['text/event-stream']],
    ['/events-unsent', undefined],
    ['/events-like', undefined],
    ['/write-later', undefined],
  ])('%s: has the type of an event stream: %j', async (path, type) => {
    await received('GET', path, '\r\n');
    const [span] = await ended(1);
    expect(span!.attributes['http.response.header.content-type']).toEqual(type);
  });

  it('is not that of the previous response on the connection', async () => {
    const socket = await open();
    socket.write('GET /end HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.write('GET /write-destroy HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    expect((await ended(2)).map(({ attributes }) => attributes['http.response.status_code'])).toEqual([
      200,
      undefined,
    ]);
  });

  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const BEHIND = ['/end', '/flush', '/write-head', '/hang', '/end', '/write-later', '/hints-end'];

  it('is nothing after a response whose client disconnected, and each started one is counted once', async () => {
    const socket = await open();
    const all = new Promise<void>((resolve) => {
      whenStarted = () => {
        if (started.length === BEHIND.length + 1) resolve();
      };
    });
    socket.write(request('/hang') + BEHIND.map(request).join(''));
    await all;
    socket.destroy();
    const seen = await ended(BEHIND.length + 1);
    expect(seen.map(({ attributes }) => attributes['url.path']).toSorted()).toEqual(
      ['/hang', ...BEHIND].toSorted(),
    );
    for (const { attributes } of seen) {
      expect(attributes).toMatchObject({ 'http.response.body.size': 0 });
      expect(attributes).not.toHaveProperty('http.response.status_code');
      expect(attributes).not.toHaveProperty('operation.time_to_first_byte');
      expect(attributes['operation.outcome']).toMatch(/^(?:aborted|failed)$/);
    }
  });

  it('is complete for responses that waited for the previous one, each counted once', async () => {
    const socket = await open();
    let first: ServerResponse | undefined;
    const wait = HANDLERS['/hang']!;
    Object.assign(HANDLERS, {
      '/hang': (_request: IncomingMessage, response: ServerResponse) => (first = response),
    });
    const all = new Promise<void>((resolve) => {
      whenStarted = () => {
        if (started.length === 3) resolve();
      };
    });
    socket.write(request('/hang') + request('/end') + request('/end'));
    await all;
    first!.end('abc');
    const seen = await ended(3);
    socket.destroy();
    Object.assign(HANDLERS, { '/hang': wait });
    expect(
      seen.map(({ attributes }) => [
        attributes['url.path'],
        attributes['operation.outcome'],
        attributes['http.response.body.size'],
      ]),
    ).toEqual([
      ['/hang', 'complete', 3],
      ['/end', 'complete', 3],
      ['/end', 'complete', 3],
    ]);
  });
});
