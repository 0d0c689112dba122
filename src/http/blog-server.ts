import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { refuseTarget, refuseWhatNodeRefuses } from './client-errors.ts';
import { MAX_HEAD_BYTES } from './request-limits.ts';
import { makeTargetPath } from './request-target.ts';
import { takeTurns, type RequestTurns } from './request-turns.ts';

/** Time limits for clients, in milliseconds. */
export interface ConnectionTimes {
  /** From the connection, or the first byte of a later request, to the end of its head; then 408. */
  readonly headMillis: number;
  /** To the end of the body; then 408. The largest form takes a minute on a slow phone. */
  readonly requestMillis: number;
  /** Without a byte in or out while a request is answered; then the connection is closed. A live stream sends a heartbeat every 15 s. */
  readonly stallMillis: number;
  /** Without a request on a keep-alive connection. */
  readonly keptMillis: number;
  /** How often the two request limits are checked. */
  readonly checkMillis: number;
}

export const CONNECTION_TIMES: ConnectionTimes = {
  headMillis: 20_000,
  requestMillis: 120_000,
  stallMillis: 60_000,
  keptMillis: 5_000,
  checkMillis: 5_000,
};

/** Its code tells telemetry that the client stalled. */
class ClientStalled extends Error {
  override readonly name = 'ClientStalled';
  readonly code = 'ETIMEDOUT';
  constructor() {
    super('The client read nothing of the response for too long.');
  }
}

/** Creates a server that slow clients cannot block: requests take turns, and every wait for a client has a limit. */
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
      // The app answers it.
      requireHostHeader: false,
    },
    turns.listener,
  );
  server.timeout = times.stallMillis;
  server.on('timeout', (socket: Socket) => {
    if (turns.answering(socket) === undefined) socket.destroy();
    else socket.destroy(new ClientStalled());
  });
  // An unknown expectation may be ignored (RFC 9110 section 10.1.1).
  server.on('checkExpectation', turns.listener);
  refuseWhatNodeRefuses(server, turns);
  return { server, turns };
}
