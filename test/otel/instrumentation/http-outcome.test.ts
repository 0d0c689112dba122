import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpProcess, type SpanMessage, requestText, unchunked } from './http-process.ts';

const UNSET = 0;
const ERROR = 2;

/** The attributes guaranteed by G9, in the order of the assertions. */
function facts({ attributes, status }: SpanMessage): unknown {
  return {
    outcome: attributes['operation.outcome'],
    bytes: attributes['http.response.body.size'],
    statusCode: attributes['http.response.status_code'],
    errorType: attributes['error.type'],
    status: status.code,
  };
}

describe('the outcome of a request', () => {
  let server: HttpProcess;

  beforeAll(async () => {
    server = await HttpProcess.start();
  });
  afterAll(async () => {
    expect(server.faults).toEqual([]);
    expect(server.unreadSpans).toBe(0);
    await server.stop();
  });

  it.each([
    ['a string, in bytes', '/string', 200, 80],
    ['a buffer', '/buffer', 200, 2_000],
    ['JSON', '/json', 200, 18],
    ['an answer without a handler', '/unhandled', 404, 9],
    ['a thrown 404', '/none', 404, 9],
    ['204', '/204', 204, 0],
    ['304', '/304', 304, 0],
  ])('%s: complete, with the bytes of its body', async (_name, path, statusCode, bytes) => {
    const { head, body } = await server.exchange(path);
    expect(head).toContain(`HTTP/1.1 ${statusCode} `);
    expect(body).toHaveLength(bytes);
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'complete',
      bytes,
      statusCode,
      errorType: undefined,
      status: UNSET,
    });
  });

  it('a file, streamed and chunked: the chunks’ own bytes are not counted', async () => {
    const { body } = await server.exchange('/file');
    const file = readFileSync(new URL('../../fixtures/http-server.ts', import.meta.url));
    expect(unchunked(body).equals(file)).toBe(true);
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'complete',
      bytes: file.length,
      statusCode: 200,
      errorType: undefined,
      status: UNSET,
    });
  });

  it.each(['/string', '/file', '/chunks', '/json'])('HEAD %s: no body bytes', async (path) => {
    const { body } = await server.exchange(path, { method: 'HEAD' });
    expect(body).toHaveLength(0);
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'complete',
      bytes: 0,
      statusCode: 200,
      errorType: undefined,
      status: UNSET,
    });
  });

  it('a compressed response: bytes as sent', async () => {
    const { head, body } = await server.exchange('/compressed', { headers: 'Accept-Encoding: gzip\r\n' });
    expect(head).toMatch(/content-encoding: gzip/i);
    const squeezed = unchunked(body);
    expect(gunzipSync(squeezed)).toHaveLength(80_000);
    expect(facts(await server.nextSpan())).toMatchObject({
      outcome: 'complete',
      bytes: squeezed.length,
      statusCode: 200,
    });
  });

  it('a handler that throws: 500, an error by its status', async () => {
    const { head, body } = await server.exchange('/throw');
    expect(head).toContain('HTTP/1.1 500 ');
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'complete',
      bytes: body.length,
      statusCode: 500,
      errorType: '500',
      status: ERROR,
    });
  });

  it('a source that fails mid-body: failed, the sent status, and why', async () => {
    const { head, body } = await server.exchange('/fail-mid-body');
    expect(head).toContain('HTTP/1.1 200 ');
    expect(unchunked(body)).toHaveLength(1_000);
    const span = await server.nextSpan();
    expect(facts(span)).toEqual({
      outcome: 'failed',
      bytes: 1_000,
      statusCode: 200,
      errorType: 'EIO',
      status: ERROR,
    });
    expect(span.status.message).toBe('disk broke');
    expect(span.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.message': 'disk broke' } },
    ]);
  });

  it('a source that fails at once: failed, and no status was sent', async () => {
    const { head } = await server.exchange('/fail-at-once');
    expect(head).toBe('');
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'failed',
      bytes: 0,
      statusCode: undefined,
      errorType: 'Error',
      status: ERROR,
    });
  });

  it('a response the app destroys without an error: failed, not aborted by the client', async () => {
    await server.exchange('/destroy');
    expect(facts(await server.nextSpan())).toMatchObject({
      outcome: 'failed',
      bytes: 10,
      errorType: 'ResponseDestroyed',
      status: ERROR,
    });
  });

  it.each([
    ['destroys its socket', '/never', (socket: ClientSocket) => socket.destroy()],
    ['ends its side', '/never', (socket: ClientSocket) => socket.end()],
    ['resets the connection', '/never', (socket: ClientSocket) => socket.resetAndDestroy()],
    ['is gone when the handler answers', '/slow-headers', (socket: ClientSocket) => socket.destroy()],
  ])('a client that %s before the head: aborted, no status', async (_name, path, leave) => {
    const socket = await server.connect();
    const reached = server.reached(path);
    socket.write(requestText(path));
    await reached;
    leave(socket);
    const span = await server.nextSpan();
    expect(facts(span)).toEqual({
      outcome: 'aborted',
      bytes: 0,
      statusCode: undefined,
      errorType: undefined,
      status: UNSET,
    });
    expect(span.attributes).not.toHaveProperty('operation.time_to_first_byte');
  });

  it('a client gone mid-body: aborted, the sent status, the bytes sent until then', async () => {
    const socket = await server.connect();
    const reached = server.reached('/wait-mid-body');
    socket.write(requestText('/wait-mid-body'));
    await reached;
    socket.destroy();
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'aborted',
      bytes: 1_000,
      statusCode: 200,
      errorType: undefined,
      status: UNSET,
    });
  });

  it.each([
    ['an endless stream', '/endless'],
    ['one huge buffer', '/huge-buffer'],
  ])('a client gone in the middle of %s: bytes sent, not bytes produced', async (_name, path) => {
    const socket = await server.connect();
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > 1_000_000) socket.destroy();
    });
    socket.write(requestText(path));
    await once(socket, 'close');
    const span = await server.nextSpan();
    expect(facts(span)).toMatchObject({ outcome: 'aborted', statusCode: 200, status: UNSET });
    const bytes = span.attributes['http.response.body.size'] as number;
    // Between what the client read, without head and framing, and that plus what a machine may be set to buffer for a connection.
    expect(bytes).toBeGreaterThan(900_000);
    expect(bytes).toBeLessThan(128 * 1024 * 1024);
  });

  it.each([
    ['mid-body', '/stopped-mid-body', 200, 1_000],
    ['before the head', '/stopped-before', undefined, 0],
  ])('a server that stops %s: cut, not a failure', async (_name, path, statusCode, bytes) => {
    const socket = await server.connect();
    socket.write(requestText(path));
    expect(facts(await server.nextSpan())).toEqual({
      outcome: 'cut',
      bytes,
      statusCode,
      errorType: undefined,
      status: UNSET,
    });
  });

  it('a stream is as slow as its first byte', async () => {
    const socket = await server.connect();
    socket.write(requestText('/late-stream'));
    await once(socket, 'data');
    server.tell('go on');
    const { attributes, durationMillis } = await server.nextSpan();
    socket.destroy();
    expect(attributes['http.response.body.size']).toBe('firstlast'.length);
    expect(attributes['operation.time_to_first_byte']).toBeGreaterThan(0);
    expect(attributes['operation.time_to_first_byte']).toBeLessThan(durationMillis / 1_000);
  });

  it('is recorded per response on one connection, sequential and pipelined', async () => {
    const socket = await server.connect();
    const paths = ['/string', '/file', '/204', '/buffer'];
    socket.write(requestText(paths[0]!));
    await once(socket, 'data');
    const first = await server.nextSpan();
    socket.write(
      paths
        .slice(1)
        .map((path) => requestText(path))
        .join(''),
    );
    const spans = [first, await server.nextSpan(), await server.nextSpan(), await server.nextSpan()];
    socket.destroy();
    const file = readFileSync(new URL('../../fixtures/http-server.ts', import.meta.url));
    expect(
      spans.map(({ attributes }) => [attributes['url.path'], attributes['http.response.body.size']]),
    ).toEqual([
      ['/string', 80],
      ['/file', file.length],
      ['/204', 0],
      ['/buffer', 2_000],
    ]);
  });

  it('counts only its own bytes when a kept connection breaks', async () => {
    const socket = await server.connect();
    socket.write(requestText('/buffer'));
    await once(socket, 'data');
    await server.nextSpan();
    const reached = server.reached('/wait-mid-body');
    socket.write(requestText('/wait-mid-body'));
    await reached;
    socket.destroy();
    expect(facts(await server.nextSpan())).toMatchObject({ outcome: 'aborted', bytes: 1_000 });
  });
});

type ClientSocket = Awaited<ReturnType<HttpProcess['connect']>>;
