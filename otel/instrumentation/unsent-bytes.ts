import { type EventEmitter, errorMonitor } from 'node:events';
import type { Socket } from 'node:net';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { noteMissingFeature } from './node-features.ts';

/** A smaller chunk fits into the system's buffer of a connection anyway. */
export const LONG_CHUNK_BYTES = 262_144;
/** Maximum age of the reading if the connection breaks in a way that empties the queue first. */
const LOOK_INTERVAL_MILLIS = 100;

/** libuv's handle of a socket; what it has queued counts in `bytesWritten` although the system has not accepted it yet. */
type Handle = { readonly writeQueueSize?: number };

/**
 * How much of a long chunk is still queued. Node discards that with the handle, before `close`, so it is polled while the chunk is being sent and
 * when the peer ends or fails.
 */
export class UnsentBytes {
  #bytes = 0;
  readonly #socket: Socket;
  readonly #handle: Handle | undefined;
  readonly #timer: NodeJS.Timeout;

  /** Construct it right after the write. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#handle = (socket as Socket & { readonly _handle?: Handle | null })._handle ?? undefined;
    this.#look();
    socket.on('end', this.#look);
    (socket as EventEmitter).on(errorMonitor, this.#look);
    this.#timer = context.with(ROOT_CONTEXT, () => setInterval(this.#look, LOOK_INTERVAL_MILLIS).unref());
  }

  /** The last non-zero reading: an empty queue means a finished response, or one that was given up. */
  get bytes(): number {
    return this.#bytes;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#socket.off('end', this.#look);
    (this.#socket as EventEmitter).off(errorMonitor, this.#look);
  }

  readonly #look = (): void => {
    const queued: unknown = this.#handle?.writeQueueSize;
    if (typeof queued === 'number') this.#bytes = queued || this.#bytes;
    else if (this.#handle !== undefined)
      noteMissingFeature(
        'Socket: _handle.writeQueueSize',
        'what the system still queues of a long response counts as sent',
      );
  };
}
