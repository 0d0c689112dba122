import { channel } from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import { type HttpOutcome, failureOf, httpOutcome } from '../../../otel/instrumentation/http-outcome.ts';
import {
  ResponseWatch,
  disableResponseWatches,
  enableResponseWatches,
  watchOf,
  watchResponse,
} from '../../../otel/instrumentation/response-watch.ts';
import { SteppingClock } from './tracing-fixture.ts';

/** A socket with settable byte counts; nothing is sent. */
class FakeSocket extends Duplex {
  bytesWritten = 0;
  get _bytesDispatched(): number {
    return this.bytesWritten;
  }
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

class Watch extends ResponseWatch {
  constructor() {
    super({ clock: new SteppingClock(), guard: new Guard() }, 0);
  }
  onClose(): void {}
}

/** As Node's server publishes it. */
function finish(response: ServerResponse): void {
  channel('http.server.response.finish').publish({ response });
}

function watched(): { socket: FakeSocket; response: ServerResponse; outcome: () => HttpOutcome } {
  const socket = new FakeSocket();
  const request = new IncomingMessage(socket as unknown as Socket);
  Object.assign(request, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new ServerResponse(request);
  response.assignSocket(socket as unknown as Socket);
  const watch = new Watch();
  watchResponse(response, watch);
  responses.push(response);
  const outcome = (): HttpOutcome =>
    httpOutcome(request, response, watch, failureOf(request, response, watch));
  return { socket, response, outcome };
}

const { end } = ServerResponse.prototype;
const responses: ServerResponse[] = [];
beforeAll(enableResponseWatches);
afterAll(() => {
  disableResponseWatches();
  expect(ServerResponse.prototype.end).not.toBe(end);
  for (const response of responses) response.emit('close');
  expect(ServerResponse.prototype.end).toBe(end);
});

const headBytes = (response: ServerResponse): number =>
  (response as ServerResponse & { _header: string })._header.length;

describe('the bytes of a response that broke off', () => {
  it('are those the socket accepted, without head, chunk sizes and line breaks', () => {
    const { socket, response, outcome } = watched();
    response.write('a'.repeat(300));
    response.write('b'.repeat(300));
    // One hundred bytes of the second chunk had been sent; each chunk has a size of three digits and two line breaks.
    socket.bytesWritten = headBytes(response) + (3 + 4) * 2 + 400;
    expect(outcome().bodyBytes).toBe(400);
    socket.bytesWritten = headBytes(response);
    expect(outcome().bodyBytes).toBe(0);
    socket.bytesWritten = 1_000_000;
    expect(outcome().bodyBytes).toBe(600);
  });

  it('do not include what the connection carried before', () => {
    const { socket, response, outcome } = watched();
    response.setHeader('Content-Length', 500);
    response.write('a'.repeat(500));
    socket.bytesWritten = headBytes(response) + 200;
    expect(outcome().bodyBytes).toBe(200);
  });

  it('are counted once per chunk, whatever its kind and encoding', () => {
    const { response, outcome } = watched();
    response.write('ü');
    response.write('ff00', 'hex');
    response.write(new Uint8Array(5));
    response.write('');
    response.end('ü', 'latin1');
    finish(response);
    expect(outcome()).toMatchObject({ outcome: 'complete', bodyBytes: 2 + 2 + 5 + 1 });
  });
});

describe('a 500 that was never sent', () => {
  it.each([
    ['of a request that broke off: nobody’s failure', false, 'aborted', undefined],
    ['of a request that had arrived: the app’s own', true, 'aborted', '500'],
  ])('%s', async (_name, complete, word, errorType) => {
    const { socket, response, outcome } = watched();
    response.req.on('error', () => {}).complete = complete;
    socket.on('error', () => {}).destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    response.req.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
    await new Promise(setImmediate);
    response.statusCode = 500;
    expect(outcome()).toMatchObject({ outcome: word, statusCode: undefined, errorType });
  });
});

describe('a response is complete', () => {
  it('when an open socket has accepted its last byte', () => {
    const { response, outcome } = watched();
    response.end('x');
    expect(outcome().outcome).not.toBe('complete');
    finish(response);
    expect(outcome()).toMatchObject({ outcome: 'complete', statusCode: 200 });
  });

  it('not when the write was given up because the socket is gone', () => {
    const { socket, response, outcome } = watched();
    response.end('x');
    socket.destroy();
    finish(response);
    expect(outcome().outcome).not.toBe('complete');
  });

  it('and listens for errors once, from the first byte of a stream, never after its end', () => {
    const listening = (response: ServerResponse): number => response.listenerCount(errorMonitor);
    const { response: stream } = watched();
    expect(listening(stream)).toBe(0);
    stream.flushHeaders();
    for (let i = 0; i < 20; i++) stream.write('x');
    expect(listening(stream)).toBe(1);
    const { response: gone } = watched();
    gone.on('error', () => {});
    gone.destroy();
    for (let i = 0; i < 20; i++) gone.write('x');
    expect(listening(gone)).toBe(0);
  });

  it('and passes arguments, callbacks and results of node’s own methods', () => {
    const { response } = watched();
    expect(response.write('x')).toBe(true);
    expect(response.end()).toBe(response);
    expect(() => response.write(7)).toThrow('chunk');
  });

  it('also if it is watched twice, or lends its methods to another', () => {
    const { response, outcome } = watched();
    const first = watchOf(response);
    watchResponse(response, new Watch());
    expect(watchOf(response)).toBe(first);
    response.write('abc');
    expect(first!.bodyBytes).toBe(3);
    const other = new ServerResponse(response.req);
    response.flushHeaders.call(other);
    expect(Reflect.apply(response.write, other, ['abc'])).toBe(true);
    expect(Reflect.apply(response.end, other, [])).toBe(other);
    expect(first!.bodyBytes).toBe(3);
    response.end();
    finish(response);
    expect(outcome().outcome).toBe('complete');
  });
});
