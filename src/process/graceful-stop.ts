import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ParentWatch } from './parent-watch.ts';

/** Process managers kill after ten seconds, as a rule. */
const MAX_STOP_MILLIS = 10_000;
/** What requests may still take before their connections are cut; the rest is for telemetry and the database. */
const MAX_REQUESTS_MILLIS = 5000;

/** Its code tells telemetry that neither the client nor the app is at fault. */
class CutByStop extends Error {
  override readonly name = 'CutByStop';
  readonly code = 'ESHUTDOWN';
  constructor() {
    super('The blog stopped before the answer was whole.');
  }
}

/**
 * On SIGTERM or SIGINT, or when the parent has gone: stop accepting, let requests finish, close what is behind them, exit with 0; all
 * within ten seconds. A second signal exits at once.
 */
export function stopGracefully(options: {
  readonly server: Server;
  /** Closes a connection behind the request that is being answered there, or at once. */
  readonly finish: (socket: Socket) => void;
  readonly parent?: ParentWatch | undefined;
  readonly log: Logger;
  /** Ends answers that would never end by themselves: live streams. */
  readonly beforeRequestsEnd?: () => void;
  /** Called when the last request is through. */
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
        'requests took too long to stop and were cut',
      );
      for (const socket of sockets) socket.destroy(new CutByStop());
    }, MAX_REQUESTS_MILLIS);
    // Not http's own `close`: it destroys connections whose answer is written but has not left yet.
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
      // The server calls back before its sockets do; what was cut is counted when its socket closes.
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
