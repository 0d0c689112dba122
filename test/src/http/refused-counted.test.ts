import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import Koa from 'koa';
import { systemClock } from '../../../otel/base/clock.ts';
import { operationReader } from '../../../otel/spans/read-operation.ts';
import { CONNECTION_TIMES, createBlogServer } from '../../../src/http/blog-server.ts';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';

/** An app that makes a 500 of every body it cannot read, whether anybody is told or not. */
function readingApp(): (request: IncomingMessage, response: ServerResponse) => void {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx) => {
    try {
      for await (const chunk of ctx.req) void chunk;
    } catch (error) {
      if (!ctx.res.headersSent) ctx.res.statusCode = 500;
      throw error;
    }
    ctx.body = 'read';
  });
  return app.callback();
}

describe('a request that its client did not complete', () => {
  const { exporter, guard, contexts, spans } = collectedServerSpans([], systemClock);
  /** Of requests that never came to be one. */
  const counted = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: counted })] });
  const servers: Server[] = [];
  /** One that closes soon what sends nothing, one that waits for a head but not for its body, and one that has all the time of the machine. */
  let hasty: Server;
  let strict: Server;
  let patient: Server;
  async function listening(times: typeof CONNECTION_TIMES): Promise<Server> {
    const { server } = createBlogServer(readingApp(), times);
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  beforeAll(async () => {
    context.setGlobalContextManager(contexts);
    trace.setGlobalTracerProvider(provider);
    spans.enable();
    hasty = await listening({ ...CONNECTION_TIMES, headMillis: 50, requestMillis: 50, checkMillis: 10 });
    // Long enough for the heads of all clients on a slow machine.
    strict = await listening({ ...CONNECTION_TIMES, headMillis: 3000, requestMillis: 3000, checkMillis: 10 });
    patient = await listening(CONNECTION_TIMES);
  });
  afterAll(() => {
    spans.disable();
    context.disable();
    trace.disable();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const connectTo = (server: Server) => connect((server.address() as AddressInfo).port, '127.0.0.1');

  async function playAll(
    server: Server,
    count: number,
    body: string,
    does: 'wait' | 'reset',
  ): Promise<readonly ReadableSpan[]> {
    exporter.reset();
    const one = async (): Promise<void> => {
      const socket = connectTo(server);
      // A reset is an end as well.
      const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n${body}`);
      if (does === 'reset') socket.once('data', () => socket.resetAndDestroy());
      else socket.resume();
      await closed;
    };
    await Promise.all(Array.from({ length: count }, one));
    while (exporter.getFinishedSpans().length < count) await new Promise(setImmediate);
    return exporter.getFinishedSpans();
  }

  it('is not counted if nothing was sent, as on a connection that a browser opened in advance', async () => {
    exporter.reset();
    const socket = connectTo(hasty).setEncoding('latin1');
    let received = '';
    socket.on('data', (text: string) => (received += text)).on('error', () => {});
    await once(socket, 'close');
    expect(received).toBe('');
    expect([...exporter.getFinishedSpans(), ...counted.getFinishedSpans()]).toEqual([]);
    // With a byte of it, it is one.
    connectTo(hasty)
      .on('error', () => {})
      .resume()
      .write('G');
    while (counted.getFinishedSpans().length === 0) await new Promise(setImmediate);
    expect(counted.getFinishedSpans().map(({ attributes }) => attributes)).toEqual([
      {
        'http.request.method': '_OTHER',
        'http.response.status_code': 408,
        'operation.outcome': 'refused',
      },
    ]);
  });

  it.each([
    ['too slow', 'Content-Length: 9\r\n\r\nabc', 'wait', 408, 'refused'],
    ['with a broken chunk', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n', 'wait', 400, 'refused'],
    ['and is gone', 'Content-Length: 9\r\n\r\nabc', 'reset', undefined, 'aborted'],
  ] as const)(
    '%s, is counted as its own, and neither as failed nor as slow',
    async (fault, body, does, status, outcome) => {
      const ended = await playAll(fault === 'too slow' ? strict : patient, 20, body, does);
      expect(ended).toHaveLength(20);
      for (const span of ended) {
        expect(span.attributes).toMatchObject({ 'operation.outcome': outcome });
        expect(span.attributes['http.response.status_code']).toBe(status);
        expect(span.attributes['error.type']).toBeUndefined();
        expect(span.status.code).toBe(SpanStatusCode.UNSET);
        const { failed, clientError, slownessNanos, answerNanos, durationNanos } = operationReader(
          guard,
          systemClock,
        )(span, undefined);
        expect({ failed, clientError }).toEqual({ failed: false, clientError: status !== undefined });
        expect(answerNanos).toBe(slownessNanos);
        expect(slownessNanos).toBe(outcome === 'refused' ? 0 : durationNanos);
      }
      expect(guard.faults()).toEqual([]);
    },
  );
});
