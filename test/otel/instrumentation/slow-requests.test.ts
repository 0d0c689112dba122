import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type FakeClock, startProcessor } from '../sampling/processor-fixture.ts';
import { watchRequests } from './watched-requests.ts';

type Handler = (response: ServerResponse, clock: FakeClock, leave: () => void) => unknown;
const streamed =
  (type: string, firstMillis: number, allMillis: number): Handler =>
  (response, clock) => {
    response.setHeader('Content-Type', type);
    clock.millis += firstMillis;
    response.write('first');
    clock.millis += allMillis - firstMillis;
    response.end('last');
  };

/** The threshold is a second. */
const REQUESTS: readonly (readonly [name: string, isKept: boolean, Handler])[] = [
  ['a stream of 30 s with an early first byte', true, streamed('text/plain', 2, 30_000)],
  ['a stream that takes as long as the threshold', true, streamed('text/plain', 2, 1_000)],
  ['a stream that takes less', false, streamed('text/plain', 2, 999)],
  ['an answer that begins late', true, streamed('text/plain', 1_000, 1_000)],
  ['an event stream of 30 s', false, streamed('text/event-stream', 2, 30_000)],
  ['an event stream that begins late', true, streamed('text/event-stream', 1_000, 30_000)],
  [
    'one whose client leaves after 30 s without a byte',
    true,
    (_response, clock, leave) => {
      clock.millis += 30_000;
      leave();
    },
  ],
  ['one that is answered at once', false, (response) => response.end('whole')],
];

describe('at rate 0, by a request of its own', () => {
  it.each(REQUESTS)('%s is kept: %s', async (_name, isKept, handler) => {
    const run = startProcessor({ rates: 0 });
    const { processor, clock, local, guard } = run;
    const { stop } = watchRequests(run);
    let close = (): void => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const server = createServer((_request: IncomingMessage, response) => {
      response.on('close', () => setImmediate(close));
      handler(response, clock, () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    server.close();
    await once(server, 'close');
    await closed;
    await processor.forceFlush();
    expect(local.spans.map(({ name }) => name)).toEqual(isKept ? ['GET'] : []);
    expect(guard.faults()).toEqual([]);
    await stop();
  });
});
