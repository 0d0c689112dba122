import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { refuseTarget, refuseWhatNodeRefuses } from './client-errors.ts';
import { MAX_HEAD_BYTES } from './request-limits.ts';
import { makeTargetPath } from './request-target.ts';
import { takeTurns, type RequestTurns } from './request-turns.ts';

/** How long a client may take, in milliseconds. */
export interface ConnectionTimes {
  /** From the connection, or the first byte of a later request, to the end of its head: 408. */
  readonly headMillis: number;
  /** To the end of its body; the largest form takes a minute on a slow phone: 408. */
  readonly requestMillis: number;
  /** Without a byte in or out while a request is answered; a live stream has a beat every 15 s. The connection is cut. */
  readonly stallMillis: number;
  /** Without a request on a connection that is kept. */
  readonly keptMillis: number;
  /** How often head and request are looked at. */
  readonly checkMillis: number;
}

export const CONNECTION_TIMES: ConnectionTimes = {
  headMillis: 20_000,
  requestMillis: 120_000,
  stallMillis: 60_000,
  keptMillis: 5_000,
  checkMillis: 5_000,
};

/** Its code tells telemetry that the client was the one who did not go on. */
class ClientStalled extends Error {
  override readonly name = 'ClientStalled';
  readonly code = 'ETIMEDOUT';
  constructor() {
    super('The client took nothing of the answer for too long.');
  }
}

/** A server that no client can hold up: requests take turns, and each wait for a client ends. */
export function createBlogServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  times: ConnectionTimes = CONNECTION_TIMES,
): { readonly server: Server; readonly turns: RequestTurns } {
  const turns = takeTurns((request, response) =>
    makeTargetPath(request) ? handle(request, response) : refuseTarget(response),
  );
  const server = createServer(
    {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: times.headMillis,
      requestTimeout: times.requestMillis,
      keepAliveTimeout: times.keptMillis,
      connectionsCheckingInterval: times.checkMillis,
      // The app answers it, in words.
      requireHostHeader: false,
    },
    turns.listener,
  );
  server.timeout = times.stallMillis;
  server.on('timeout', (socket: Socket) => {
    if (turns.answering(socket) === undefined) socket.destroy();
    else socket.destroy(new ClientStalled());
  });
  // An expectation that nobody knows may be ignored (RFC 9110 section 10.1.1).
  server.on('checkExpectation', turns.listener);
  refuseWhatNodeRefuses(server, turns);
  return { server, turns };
}
