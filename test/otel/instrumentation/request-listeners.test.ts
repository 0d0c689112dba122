import { once } from 'node:events';
import { IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { PassThrough, type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { context, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import rawBody from 'raw-body';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';

type Look = () => void;
type Handler = (request: IncomingMessage, look: Look, done: () => void) => unknown;

const looking = (look: Look): Transform =>
  new PassThrough({
    transform(chunk, _encoding, passed) {
      look();
      passed(null, chunk);
    },
  });

/** Each checks at least once before it ends. */
const READ: Readonly<Record<string, Handler>> = {
  data: (request, look, done) => request.on('data', look).on('end', done),
  end: (request, look, done) => request.on('end', () => [look(), done()]).resume(),
  addListener: (request, look, done) => request.addListener('data', look).addListener('end', done),
  once: (request, look, done) => request.once('data', look).once('end', () => [look(), done()]),
  prepended: (request, look, done) => request.on('end', done).prependListener('end', look).resume(),
  prependedOnce: (request, look, done) => request.on('end', done).prependOnceListener('data', look).resume(),
  readable: (request, look, done) => request.on('readable', () => [look(), request.read()]).on('end', done),
  close: (request, look, done) => [request.resume().on('close', look), request.on('end', done)],
  'for await': async (request, look, done) => {
    for await (const _ of request) look();
    look();
    done();
  },
  'events.once': async (request, look, done) => {
    request.resume();
    await once(request, 'end');
    look();
    done();
  },
  toArray: async (request, look, done) => {
    await request.toArray();
    look();
    done();
  },
  pipe: (request, look, done) =>
    request
      .pipe(looking(look))
      .on('end', () => [look(), done()])
      .resume(),
  pipeline: async (request, look, done) => {
    await pipeline(
      request,
      looking(look),
      new Writable({ write: (_chunk, _encoding, taken) => [look(), taken()] }),
    );
    look();
    done();
  },
  'raw-body': async (request, look, done) => {
    expect(String(await rawBody(request))).toBe('abcdef');
    look();
    done();
  },
  'raw-body with a callback': (request, look, done) =>
    rawBody(request, { encoding: 'utf8' }, () => [look(), done()]),
  removed: (request, look, done) => {
    const never = (): never => {
      throw new Error('was removed');
    };
    request.on('data', never).off('data', never).once('end', never).removeListener('end', never);
    request.on('data', look).on('end', done);
  },
};

describe('the listeners of a request', () => {
  const { exporter, guard, contexts, spans } = collectedServerSpans(['/quiet']);
  let server: Server;
  /** Spans that were active when a listener ran, by path. */
  let seen: Record<string, (string | undefined)[]> = {};
  let started = (_path: string): void => {};
  let handle: (request: IncomingMessage, response: ServerResponse) => void;

  const read = (request: IncomingMessage, response: ServerResponse): void => {
    const name = decodeURIComponent(request.url!.split('/')[1]!);
    const ids = (seen[request.url!] = [trace.getActiveSpan()?.spanContext().spanId]);
    READ[name]!(
      request,
      () => ids.push(trace.getActiveSpan()?.spanContext().spanId),
      () => response.end('the end'),
    );
    started(request.url!);
  };

  beforeAll(async () => {
    context.setGlobalContextManager(contexts);
    spans.enable();
    server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    exporter.reset();
    seen = {};
    expect(guard.faults()).toEqual([]);
  });
  afterAll(() => {
    const own = (): boolean => Object.hasOwn(IncomingMessage.prototype, 'on');
    expect(own()).toBe(true);
    spans.disable();
    expect(own()).toBe(false);
    context.disable();
    server.closeAllConnections();
    server.close();
  });

  async function open(): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }
  async function answers(socket: Socket, count: number): Promise<void> {
    let text = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      text += chunk as string;
      if (text.split('the end').length > count) break;
    }
    while (exporter.getFinishedSpans().length < count) await new Promise(setImmediate);
  }
  const head = (path: string, fields: string): string =>
    `POST /${encodeURIComponent(path)} HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n`;
  const untilStarted = (path: string): Promise<void> =>
    new Promise((resolve) => {
      started = (url) => {
        if (url === `/${encodeURIComponent(path)}`) resolve();
      };
    });
  function expectOwn(): void {
    const ids = exporter
      .getFinishedSpans()
      .map((span) => [span.attributes['url.path'], span.spanContext().spanId] as const);
    expect(ids.length).toBeGreaterThan(0);
    for (const [path, id] of ids) {
      const own = seen[String(path)]!;
      expect(own.length).toBeGreaterThan(1);
      expect(own.filter((each) => each !== id)).toEqual([]);
    }
  }

  const KINDS = Object.keys(READ);
  it.each(KINDS)('%s: run in its context, when its body comes later', async (kind) => {
    handle = read;
    const socket = await open();
    // With another request of the connection before and after it.
    for (const path of ['end', kind]) {
      const isStarted = untilStarted(path);
      socket.write(head(path, 'Content-Length: 6'));
      await isStarted;
      socket.write('abc');
      await new Promise(setImmediate);
      const answered = answers(socket, 1);
      socket.write('def');
      await answered;
      expectOwn();
      exporter.reset();
      seen = {};
    }
    socket.destroy();
  });

  it.each(KINDS)('%s: run in its context, when a chunked body comes with its head', async (kind) => {
    handle = read;
    const socket = await open();
    const answered = answers(socket, 1);
    socket.write(`${head(kind, 'Transfer-Encoding: chunked')}3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`);
    await answered;
    socket.destroy();
    expectOwn();
  });

  it('run in their own contexts, for requests whose bodies alternate', async () => {
    handle = read;
    const paths = KINDS.filter((kind) => kind !== 'raw-body');
    const sockets: Socket[] = [];
    for (const path of paths) {
      const socket = await open();
      sockets.push(socket);
      const isStarted = untilStarted(path);
      socket.write(head(path, 'Content-Length: 6'));
      await isStarted;
    }
    const answered = sockets.map((socket) => answers(socket, 1));
    for (const part of ['ab', 'cd', 'ef']) for (const socket of sockets) socket.write(part);
    await Promise.all(answered);
    for (const socket of sockets) socket.destroy();
    while (exporter.getFinishedSpans().length < paths.length) await new Promise(setImmediate);
    expectOwn();
  });

  it.each(['error', 'aborted', 'close'])('%s: run in its context when the client leaves', async (event) => {
    const ids: (string | undefined)[] = [];
    const isSeen = new Promise<void>((resolve) => {
      handle = (request) => {
        ids.push(trace.getActiveSpan()?.spanContext().spanId);
        request.on('error', () => {});
        request.on(event, () => {
          ids.push(trace.getActiveSpan()?.spanContext().spanId);
          resolve();
        });
        started(request.url!);
      };
    });
    const socket = await open();
    const isStarted = untilStarted('left');
    socket.write(`${head('left', 'Content-Length: 6')}abc`);
    await isStarted;
    socket.destroy();
    await isSeen;
    expect(ids[0]).toBeDefined();
    expect(ids[1]).toBe(ids[0]);
    while (exporter.getFinishedSpans().length === 0) await new Promise(setImmediate);
  });

  it('are untraced if the request is', async () => {
    const isQuiet: boolean[] = [];
    handle = (request, response) => {
      request.on('data', () => isQuiet.push(isTracingSuppressed(context.active())));
      request.on('end', () => response.end('the end'));
      started(request.url!);
    };
    const socket = await open();
    const isStarted = untilStarted('quiet');
    socket.write(head('quiet', 'Content-Length: 3'));
    await isStarted;
    socket.write('abc');
    await once(socket, 'data');
    socket.destroy();
    expect(isQuiet).toEqual([true]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
