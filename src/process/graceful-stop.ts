import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ParentWatch } from './parent-watch.ts';

/** Process managers usually kill after ten seconds. */
const MAX_STOP_MILLIS = 10_000;
/** Time for open requests before their connections are closed; the rest is for telemetry and the database. */
const MAX_REQUESTS_MILLIS = 5000;

/** Its code tells telemetry that the shutdown closed the connection. */
class CutByStop extends Error {
  override readonly name = 'CutByStop';
  readonly code = 'ESHUTDOWN';
  constructor() {
    super('The blog stopped before the response was complete.');
  }
}

/**
 * On SIGTERM or SIGINT, or if the parent has gone: stops accepting, lets requests finish, closes database and telemetry, and exits with 0,
 * all within ten seconds. A second signal exits at once.
 */
export function stopGracefully(options: {
  readonly server: Server;
  /** Closes a connection after its current request, or at once if it is idle. */
  readonly finish: (socket: Socket) => void;
  readonly parent?: ParentWatch | undefined;
  readonly log: Logger;
  /** Ends responses that never end by themselves: live streams. */
  readonly beforeRequestsEnd?: () => void;
  /** Called after the last request. */
  readonly close: () => Promise<void>;
}): void {
  const { server, finish, parent, log, close } = options;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  let stopping = false;
  const stop = (reason: string): void => {
    stopping = true;
    parent?.stop();
    setTimeout(() => process.exit(1), MAX_STOP_MILLIS).unref();
    const cut = setTimeout(() => {
      log.warn(
        { event: 'stop.cut', connections: sockets.size },
        'requests did not finish in time; their connections were closed',
      );
      for (const socket of sockets) socket.destroy(new CutByStop());
    }, MAX_REQUESTS_MILLIS);
    // Not http's own `close`, which destroys connections whose response is written but not sent yet.
    NetServer.prototype.close.call(server, () => {
      clearTimeout(cut);
      void finishWork();
    });
    for (const socket of sockets) finish(socket);
    options.beforeRequestsEnd?.();
    log.debug({ reason }, 'stopping');
  };
  const finishWork = async (): Promise<void> => {
    try {
      // The server's callback comes before its sockets close, and closed requests are counted when their socket closes.
      await Promise.all([...sockets].map((socket) => new Promise((done) => socket.once('close', done))));
      await close();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'stop failed');
      process.exit(1);
    }
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stop(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  parent?.onGone(() => {
    if (!stopping) stop('the parent process has gone');
  });
}
