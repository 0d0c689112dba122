import type { Server } from 'node:http';
import type { Logger } from 'pino';

/** Process managers kill after ten seconds, as a rule. */
const MAX_STOP_MILLIS = 10_000;
/** What requests may still take before their connections are cut; the rest is for telemetry and the database. */
const MAX_REQUESTS_MILLIS = 5000;

/**
 * On SIGTERM or SIGINT: stop accepting, let requests finish, close what is behind them, exit with 0; all within ten seconds.
 * A second signal exits at once.
 */
export function stopGracefully(options: {
  readonly server: Server;
  readonly log: Logger;
  /** Ends answers that would never end by themselves: live streams. */
  readonly beforeRequestsEnd?: () => void;
  /** Called when the last request is through. */
  readonly close: () => Promise<void>;
}): void {
  const { server, log, close } = options;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), MAX_STOP_MILLIS).unref();
    const cut = setTimeout(() => server.closeAllConnections(), MAX_REQUESTS_MILLIS);
    server.close(async () => {
      clearTimeout(cut);
      try {
        await close();
        process.exit(0);
      } catch (error) {
        log.error({ err: error }, 'stop failed');
        process.exit(1);
      }
    });
    options.beforeRequestsEnd?.();
    server.closeIdleConnections();
    log.debug({ signal }, 'stopping');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
