import { once } from 'node:events';
import { type IncomingMessage, type Server, ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { ROOT_CONTEXT, TraceFlags, context, propagation, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../otel/base/clock.ts';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';
import { TRUSTS_LOOPBACK } from '../../fixtures/trusts-loopback.ts';

const major = Number(process.versions.node.split('.')[0]);
const METHODS = ['write', 'end', 'flushHeaders'] as const;
const { write, end, flushHeaders } = ServerResponse.prototype;
const native = { write, end, flushHeaders };
const requestText = (path: string, rest = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${rest}\r\n`;
const REMOTE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const activeSpanId = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId;

describe('HttpServerSpans', () => {
  let { exporter, guard, contexts, spans } = collectedServerSpans();
  let server: Server;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let socket: Socket;

  beforeEach(async () => {
    ({ exporter, guard, contexts, spans } = collectedServerSpans(['/quiet'], systemClock, TRUSTS_LOOPBACK));
    context.setGlobalContextManager(contexts);
    spans.enable();
    server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.setEncoding('latin1');
  });
  afterEach(async () => {
    spans.disable();
    socket.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    exporter.reset();
    context.disable();
    propagation.disable();
  });

  /** Responses received until `count` of them have ended. */
  async function answers(count: number): Promise<string> {
    let text = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      text += chunk as string;
      if (text.split('the end').length > count) break;
    }
    return text;
  }
  const spanIds = (): Record<string, string> =>
    Object.fromEntries(
      exporter
        .getFinishedSpans()
        .map((span) => [String(span.attributes['url.path']), span.spanContext().spanId]),
    );

  it('gives each pipelined request its own context, at once and after waiting', async () => {
    const seen: Record<string, (string | undefined)[]> = {};
    handle = async (request, response) => {
      const ids = (seen[request.url!] = [activeSpanId()]);
      await new Promise((resolve) => setTimeout(resolve, request.url === '/a' ? 5 : 1));
      ids.push(activeSpanId());
      setImmediate(() => {
        ids.push(activeSpanId());
        response.end('the end');
      });
    };
    socket.write(['/a', '/b', '/c'].map((path) => requestText(path)).join(''));
    await answers(3);
    await new Promise(setImmediate);
    const ids = spanIds();
    expect(new Set(Object.values(ids)).size).toBe(3);
    for (const path of ['/a', '/b', '/c']) expect(seen[path]).toEqual([ids[path], ids[path], ids[path]]);
    expect(exporter.getFinishedSpans().every((span) => span.parentSpanContext === undefined)).toBe(true);
  });

  it('traces no untraced request between two others, and only that one', async () => {
    const seen: unknown[] = [];
    handle = (request, response) => {
      seen.push([request.url, isTracingSuppressed(context.active()), activeSpanId() !== undefined]);
      response.end('the end');
    };
    socket.write(['/a', '/quiet/b', '/c'].map((path) => requestText(path)).join(''));
    await answers(3);
    await new Promise(setImmediate);
    expect(seen).toEqual([
      ['/a', false, true],
      ['/quiet/b', true, false],
      ['/c', false, true],
    ]);
    expect(Object.keys(spanIds())).toEqual(['/a', '/c']);
  });

  it('retains nothing of a request on its connection', async () => {
    const seen: [string, unknown][] = [];
    const look = (event: string): void => void seen.push([event, context.active() === ROOT_CONTEXT]);
    server.on('connection', (connection: Socket) => {
      connection.on('end', () => look('end'));
      connection.on('close', () => look('close'));
    });
    handle = (_request, response) => response.end('the end');
    socket.write(requestText('/a'));
    await answers(1);
    handle = (_request, response) => {
      look('after disable');
      response.end('the end');
    };
    spans.disable();
    socket.write(requestText('/b'));
    await answers(1);
    socket.end();
    await once(socket, 'close');
    while (seen.length < 3) await new Promise(setImmediate);
    expect(seen).toEqual([
      // Without AsyncContextFrame, the parser of a connection keeps the context until the next request.
      ['after disable', major >= 24],
      ['end', true],
      ['close', true],
    ]);
    expect(Object.keys(spanIds())).toEqual(['/a']);
  });

  it('serves a connection that is not a system socket', async () => {
    const ids: (string | undefined)[] = [];
    handle = (_request, response) => {
      ids.push(activeSpanId());
      response.end('the end');
    };
    let after: unknown;
    const written: string[] = [];
    const stream = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        done();
      },
    });
    server.emit('connection', stream);
    stream.on('data', () => (after = context.active()));
    stream.push(requestText('/a') + requestText('/b'));
    while (exporter.getFinishedSpans().length < 2) await new Promise(setImmediate);
    expect(ids).toEqual([spanIds()['/a'], spanIds()['/b']]);
    expect(after).toBe(ROOT_CONTEXT);
    expect(written.join('').split('the end')).toHaveLength(3);
    stream.destroy();
  });

  it('records what Node itself rejected, which no handler sees', async () => {
    let isHandled = false;
    handle = () => (isHandled = true);
    socket.write('GET /no-host HTTP/1.1\r\n\r\n');
    await once(socket, 'data');
    while (exporter.getFinishedSpans().length === 0) await new Promise(setImmediate);
    expect(exporter.getFinishedSpans()[0]!.attributes).toMatchObject({
      'url.path': '/no-host',
      'http.response.status_code': 400,
      'operation.outcome': 'complete',
    });
    expect(isHandled).toBe(false);
  });

  it('calls the propagator only if one of its headers is present', async () => {
    const asked: unknown[] = [];
    propagation.setGlobalPropagator({
      extract(parent, carrier) {
        asked.push((carrier as IncomingMessage['headers'])['x-trace-of-ours']);
        return trace.setSpanContext(parent, { ...REMOTE, isRemote: true });
      },
      inject() {},
      fields: () => ['X-Trace-Of-Ours'],
    });
    handle = (_request, response) => response.end('the end');
    socket.write(
      ['', 'X-Trace-Of-Ours: 1\r\n', ''].map((header, i) => requestText(`/${i}`, header)).join(''),
    );
    await answers(3);
    await new Promise(setImmediate);
    expect(asked).toEqual(['1']);
    expect(
      exporter.getFinishedSpans().map((span) => [span.attributes['url.path'], span.parentSpanContext]),
    ).toEqual([
      ['/0', undefined],
      ['/1', { ...REMOTE, isRemote: true }],
      ['/2', undefined],
    ]);
  });

  it('records a complete response in progress when it is disabled, and then restores Node', async () => {
    for (const name of METHODS) expect(ServerResponse.prototype[name]).not.toBe(native[name]);
    let finish = (): void => {};
    handle = (_request, response) => {
      response.write('first ');
      finish = () => response.end('the end');
    };
    socket.write(requestText('/a'));
    await once(socket, 'data');
    spans.disable();
    spans.disable();
    finish();
    await once(socket, 'data');
    while (exporter.getFinishedSpans().length === 0) await new Promise(setImmediate);
    expect(exporter.getFinishedSpans()[0]!.attributes).toMatchObject({
      'operation.outcome': 'complete',
      'http.response.body.size': 'first the end'.length,
    });
    for (const name of METHODS) expect(ServerResponse.prototype[name]).toBe(native[name]);
  });

  it('only calls through below a later wrapper, and counts once when enabled again', async () => {
    const ours = ServerResponse.prototype.end;
    let seenBySomebody = 0;
    const theirs = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
      seenBySomebody++;
      return Reflect.apply(ours, this, args) as ServerResponse;
    } as ServerResponse['end'];
    ServerResponse.prototype.end = theirs;
    handle = (_request, response) => response.end('the end');
    spans.disable();
    expect(ServerResponse.prototype.end).toBe(theirs);
    socket.write(requestText('/quiet/a'));
    await answers(1);
    spans.enable();
    socket.write(requestText('/b'));
    await answers(1);
    while (exporter.getFinishedSpans().length === 0) await new Promise(setImmediate);
    expect(seenBySomebody).toBe(2);
    expect(
      exporter.getFinishedSpans().map(({ attributes }) => attributes['http.response.body.size']),
    ).toEqual(['the end'.length]);
    ServerResponse.prototype.end = ours;
  });

  it('records an error that a response emitted midway', async () => {
    handle = (_request, response) => {
      response.on('error', () => {});
      response.write('x');
      response.emit('error', new RangeError('broke on its way'));
      response.destroy();
    };
    socket.write(requestText('/a'));
    await once(socket, 'close');
    while (exporter.getFinishedSpans().length === 0) await new Promise(setImmediate);
    expect(exporter.getFinishedSpans()[0]).toMatchObject({
      status: { message: 'broke on its way' },
      attributes: { 'error.type': 'RangeError', 'operation.outcome': 'failed' },
    });
  });

  it('patches nothing and creates no spans if Node cannot enter a context', async () => {
    spans.disable();
    Object.defineProperty(contexts, 'canEnter', { value: false });
    spans.enable();
    for (const name of METHODS) expect(ServerResponse.prototype[name]).toBe(native[name]);
    handle = (_request, response) => response.end('the end');
    socket.write(requestText('/a'));
    expect(await answers(1)).toContain('HTTP/1.1 200 OK');
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('serves the request without a span when the propagator throws, and counts it', async () => {
    propagation.setGlobalPropagator({
      extract() {
        throw new Error('propagator broke');
      },
      inject() {},
      fields: () => [],
    });
    let active: unknown;
    handle = (_request, response) => {
      active = context.active();
      response.end('the end');
    };
    socket.write(requestText('/a'));
    expect(await answers(1)).toContain('HTTP/1.1 200 OK');
    expect(active).toBe(ROOT_CONTEXT);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(guard.faults()).toMatchObject([
      { place: 'http start', count: 1, lastMessage: 'propagator broke' },
    ]);
  });
});
