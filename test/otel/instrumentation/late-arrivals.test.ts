import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { LateArrivals } from '../../../otel/instrumentation/late-arrivals.ts';
import { WaitingConnections } from '../../../otel/instrumentation/waiting-connections.ts';
import { afterTests } from '../../fixtures/after-tests.ts';

const CLIENTS = 6;
type Asked = Pick<WaitingConnections, 'now' | 'behind'>;

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  afterTests(() => void server.close());
  await once(server, 'listening');
  return server;
}

/** Which of six connections that wait to be accepted, by their order, can have arrived before a stall ended. */
async function included(connections: Asked, server?: Server): Promise<readonly number[]> {
  const waited = server ?? (await listening());
  const { port } = waited.address() as AddressInfo;
  const ports: number[] = [];
  const found = new Set<number>();
  let late: LateArrivals | undefined;
  let isRead = 0;
  const allRead = new Promise<void>((resolve) => {
    waited.removeAllListeners('connection').on('connection', (socket) => {
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
      late = new LateArrivals(() => {}, connections);
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

/** Says that of every port: behind the first one, or before it. */
const saying = (behind: number | undefined, now: ReadonlyMap<number, number> = new Map()): Asked => ({
  now: () => new Map(now),
  behind: () => behind,
});

describe('of connections that a stalled server has not accepted yet', () => {
  const all = Array.from({ length: CLIENTS }, (_, index) => index);

  it('those waited that are as many as the system says, in their order', async () => {
    expect(await included(saying(3))).toEqual([0, 1, 2, 3]);
    expect(await included(saying(CLIENTS - 1))).toEqual(all);
    const server = await listening();
    const { port } = server.address() as AddressInfo;
    expect(await included(saying(undefined, new Map([[port, 2]])), server)).toEqual([0, 1]);
  });

  it('any may have waited where it does not say', async () => {
    expect(await included(saying(undefined))).toEqual(all);
    expect(await included(new WaitingConnections(true))).toEqual(all);
  });

  it('Linux says how many, at once of a port that is known', async () => {
    const connections = new WaitingConnections();
    const said: (readonly number[] | number | undefined)[] = [];
    const asked: Asked = {
      now() {
        const waiting = connections.now();
        said.push([...waiting.values()]);
        return waiting;
      },
      behind(accepted) {
        const count = connections.behind(accepted);
        said.push(count);
        return count;
      },
    };
    const server = await listening();
    for (let time = 0; time < 2; time++) expect(await included(asked, server)).toEqual(all);
    const isLinux = process.platform === 'linux';
    expect(said).toEqual(isLinux ? [[], CLIENTS - 1, [CLIENTS]] : [[], undefined, [], undefined]);
  });
});
