import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { LateArrivals } from '../../../otel/instrumentation/late-arrivals.ts';
import { waitingConnections } from '../../../otel/instrumentation/waiting-connections.ts';
import { afterTests } from '../../fixtures/after-tests.ts';

const CLIENTS = 6;

/** Which of six connections that wait to be accepted, by their order, can have arrived before a stall ended at which so many are known to wait. */
async function included(
  waitingAt: (port: number) => ReadonlyMap<number, number>,
): Promise<readonly number[]> {
  const server = createServer().listen(0, '127.0.0.1');
  afterTests(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ports: number[] = [];
  const found = new Set<number>();
  let late: LateArrivals | undefined;
  let isRead = 0;
  const allRead = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      afterTests(() => void socket.destroy());
      const [peerAddress, peerPort] = [socket.remoteAddress, socket.remotePort!];
      ports.push(peerPort);
      socket.once('data', () => {
        if (late?.includes({ peerAddress, peerPort }) === true) found.add(peerPort);
        if (++isRead === CLIENTS) resolve();
      });
    });
  });
  const begin = (): void => {
    for (let client = 0; client < CLIENTS; client++) {
      const socket = connect(port, '127.0.0.1');
      afterTests(() => void socket.destroy());
      socket.write('here');
    }
    const listen = (): void => {
      late = new LateArrivals(() => {}, waitingAt(port));
    };
    // They connect in the next tick.
    process.nextTick(() => process.nextTick(listen));
  };
  // In a timer, as the watch does it: the loop reads after that.
  setTimeout(begin);
  await allRead;
  late?.end();
  return ports.flatMap((each, index) => (found.has(each) ? [index] : []));
}

describe('of connections that a stalled server has not accepted yet', () => {
  const all = Array.from({ length: CLIENTS }, (_, index) => index);

  it('those waited that are as many as the system says, in their order', async () => {
    expect(await included((port) => new Map([[port, 4]]))).toEqual([0, 1, 2, 3]);
    expect(await included((port) => new Map([[port, CLIENTS]]))).toEqual(all);
  });

  it('any may have waited where it does not say', async () => {
    expect(await included(() => new Map())).toEqual(all);
  });

  it('Linux says how many', async () => {
    const known: (number | undefined)[] = [];
    const found = await included((port) => {
      const waiting = waitingConnections();
      known.push(waiting.get(port));
      return waiting;
    });
    expect(known).toEqual([process.platform === 'linux' ? CLIENTS : undefined]);
    expect(found).toEqual(all);
  });
});
