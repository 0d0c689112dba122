import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { ActiveRequest } from './active-requests.ts';
import type { WaitingConnections } from './waiting-connections.ts';

/** Published by Node for each connection that is accepted. */
const ACCEPTED = 'net.server.socket';
/** Node's default backlog: so many connections can wait to be accepted. */
const MAX_TURNS = 511;

/** Of its connection; undefined if that has no address of its own, as a Unix socket. */
export function connectionOf({
  peerAddress,
  peerPort,
}: Pick<ActiveRequest, 'peerAddress' | 'peerPort'>): string | undefined {
  return peerPort === undefined ? undefined : `${peerAddress} ${peerPort}`;
}

/**
 * Which requests, read after a stall, can have arrived during it. What arrived on an open connection is read in the first turn of the loop; waiting
 * connections are accepted one in a turn, and read in the next. They are accepted in the order in which they came: where the system tells how many
 * waited at the end of the stall, later ones came after it. Else the first turn that accepts none is the last but one.
 */
export class LateArrivals {
  readonly #whenOver: () => void;
  readonly #connections: Pick<WaitingConnections, 'behind'>;
  /** By local port, those that are not accepted yet; undefined if their number is not known. */
  readonly #waiting: Map<number, number | undefined>;
  #turn = 0;
  #accepted = new Set<string | undefined>();
  /** In the turn before. */
  #acceptedBefore = new Set<string | undefined>();
  #immediate: NodeJS.Immediate | undefined;

  /**
   * Call it before the loop reads: in a timer.
   *
   * @param connections Is asked how many wait; of a port that is not known yet, when the first one is accepted.
   */
  constructor(whenOver: () => void, connections: Pick<WaitingConnections, 'now' | 'behind'>) {
    this.#whenOver = whenOver;
    this.#connections = connections;
    this.#waiting = connections.now();
    subscribe(ACCEPTED, this.#onAccepted);
    this.#awaitTurn();
  }

  /** True for a request that begins now if it can have arrived before the stall was over. */
  includes(request: Pick<ActiveRequest, 'peerAddress' | 'peerPort'>): boolean {
    const connection = connectionOf(request);
    return this.#turn === 0 || this.#accepted.has(connection) || this.#acceptedBefore.has(connection);
  }

  end(): void {
    unsubscribe(ACCEPTED, this.#onAccepted);
    clearImmediate(this.#immediate);
  }

  readonly #onAccepted = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    const { remoteAddress, remotePort, localPort = NaN } = socket;
    if (this.#waiting.has(localPort)) {
      const waiting = this.#waiting.get(localPort);
      if (waiting === 0) return;
      if (waiting !== undefined) this.#waiting.set(localPort, waiting - 1);
    } else this.#waiting.set(localPort, this.#connections.behind(socket));
    this.#accepted.add(connectionOf({ peerAddress: remoteAddress, peerPort: remotePort }));
  };

  /** An immediate runs after the loop has read. */
  #awaitTurn(): void {
    this.#immediate = setImmediate(() => {
      const isOver = this.#accepted.size === 0 || ++this.#turn >= MAX_TURNS;
      if (isOver) {
        this.end();
        this.#whenOver();
        return;
      }
      this.#acceptedBefore = this.#accepted;
      this.#accepted = new Set();
      this.#awaitTurn();
    });
  }
}
