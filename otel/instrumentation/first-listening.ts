import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';

/** Published by Node when a server listens; not by every version. */
const LISTENING = 'tracing:net.server.listen:asyncEnd';

/** Calls back once, when the first server of the process that answers requests listens. */
export class FirstListening {
  readonly #whenListening: () => void;

  constructor(whenListening: () => void) {
    this.#whenListening = whenListening;
  }

  start(): void {
    subscribe(LISTENING, this.#onListening);
  }

  stop(): void {
    unsubscribe(LISTENING, this.#onListening);
  }

  readonly #onListening = (message: unknown): void => {
    const { server } = message as { readonly server: EventEmitter };
    // HTTP of any version, and no server for other things.
    if (server.listenerCount('request') === 0) return;
    this.stop();
    this.#whenListening();
  };
}
