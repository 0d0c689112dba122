import cluster from 'node:cluster';
import { closeSync, openSync, readSync } from 'node:fs';

/** A connection, by where it was accepted. */
interface Accepted {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** Listening sockets come first. To find the next connection after them, the system looks through all, which takes milliseconds. */
const LISTENING = '0A';
/** Some 150 bytes a line: a read returns no more of them than it has to. */
const READ_BYTES = 200;
const MAX_READS = 500;
const MAX_PORTS = 10;
const ANY_ADDRESS = /^0+$/;

/**
 * How many connections wait to be accepted: of a listening socket, Linux tells that as bytes to be read. Elsewhere it is not known, nor where another
 * process accepts.
 */
export class WaitingConnections {
  readonly #isWorker: boolean;
  /** A connection of each port. */
  readonly #known = new Map<number, Accepted>();

  constructor(isWorker = cluster.isWorker) {
    this.#isWorker = isWorker;
  }

  /** By local port, of those that connections were accepted at before. */
  now(): Map<number, number> {
    const waiting = new Map<number, number>();
    for (const [port, accepted] of this.#known) {
      const count = waitingWith(accepted);
      if (count !== undefined) waiting.set(port, count);
    }
    return waiting;
  }

  /** Those that wait behind one that is accepted now. */
  behind(accepted: Accepted): number | undefined {
    const { localPort } = accepted;
    if (this.#isWorker || localPort === undefined) return undefined;
    const count = waitingWith(accepted);
    if (count !== undefined && this.#known.size < MAX_PORTS) {
      const { localAddress } = accepted;
      this.#known.set(localPort, { localAddress, localPort });
    }
    return count;
  }
}

function waitingWith({ localAddress = '', localPort = NaN }: Accepted): number | undefined {
  const own = hexOf(localAddress);
  let waiting: number | undefined;
  for (const line of linesOf(localAddress.includes(':') ? '/proc/net/tcp6' : '/proc/net/tcp')) {
    const [, local = '', , state, queues = ''] = line.trim().split(/\s+/);
    if (local === 'local_address') continue;
    if (state !== LISTENING) break;
    const [address = '', port = ''] = local.split(':');
    const isIt = Number.parseInt(port, 16) === localPort && (ANY_ADDRESS.test(address) || address === own);
    // Several processes with a socket each stand side by side.
    if (isIt) waiting = (waiting ?? 0) + Number.parseInt(queues.split(':')[1] ?? '', 16);
    else if (waiting !== undefined) break;
  }
  return waiting;
}

/** As the system has it; undefined for an address of IPv6 alone. */
function hexOf(address: string): string | undefined {
  const [, mapped = '', octets] = /^(::ffff:)?(\d+(?:\.\d+){3})$/.exec(address) ?? [];
  if (octets === undefined) return undefined;
  const hex = octets
    .split('.')
    .toReversed()
    .map((octet) => Number(octet).toString(16).padStart(2, '0').toUpperCase())
    .join('');
  return mapped === '' ? hex : `0000000000000000FFFF0000${hex}`;
}

function* linesOf(path: string): Generator<string> {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(READ_BYTES);
    let rest = '';
    for (let reads = 0; reads < MAX_READS; reads++) {
      const length = readSync(file, bytes, 0, READ_BYTES, null);
      if (length === 0) return;
      const lines = (rest + bytes.toString('latin1', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    // Not on Linux, or not allowed to.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
