import { context, ROOT_CONTEXT } from '@opentelemetry/api';

/** With this many batches waiting, the event loop is blocked: they are handled at once. */
const MAX_BATCHES_WAITING = 4;

/**
 * Defers starts and ends of spans, in order, to handle some hundred in one go, off the path of requests: code
 * that runs once per request has cold caches and costs several times as much. Readers call `settle` first.
 */
export class DeferredEnds<T> {
  readonly #batch: number;
  readonly #maxBytes: number;
  readonly #handle: (ended: T, bytes: number) => void;
  readonly #onHandled: (count: number, nanos: number) => void;
  #waiting: T[] = [];
  #weights: number[] = [];
  #bytes = 0;
  #isScheduled = false;
  readonly #settleScheduled = (): void => {
    this.#isScheduled = false;
    this.settle();
  };

  /**
   * @param batch How many are deferred before they are handled, once the event loop is free; 0: none is.
   * @param maxBytes Beyond it they are handled at once. `handle` must not throw; it receives the weight given
   * to `add`. `onHandled` receives the duration of a batch.
   */
  constructor(
    batch: number,
    maxBytes: number,
    handle: (ended: T, bytes: number) => void,
    onHandled: (count: number, nanos: number) => void = () => {},
  ) {
    this.#batch = batch;
    this.#maxBytes = maxBytes;
    this.#handle = handle;
    this.#onHandled = onHandled;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(ended: T, bytes: number): void {
    if (this.#batch === 0) return this.#handle(ended, bytes);
    const waiting = this.#waiting.push(ended);
    this.#weights.push(bytes);
    if (bytes > 0) this.#bytes += bytes;
    if (waiting < this.#batch && this.#bytes <= this.#maxBytes) return;
    if (waiting >= this.#batch * MAX_BATCHES_WAITING || this.#bytes > this.#maxBytes) this.settle();
    else if (!this.#isScheduled) this.#schedule();
  }

  /** Changes the newest item's weight and adds `bytes`; returns false if `newest` is not the newest. */
  reweigh(newest: T, weight: number, bytes: number): boolean {
    const at = this.#waiting.length - 1;
    if (at < 0 || this.#waiting[at] !== newest) return false;
    this.#weights[at] = weight;
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) this.settle();
    return true;
  }

  /** Handles everything that is deferred, including what is added meanwhile. */
  settle(): void {
    while (this.#waiting.length > 0) {
      const ended = this.#waiting;
      const weights = this.#weights;
      this.#waiting = [];
      this.#weights = [];
      this.#bytes = 0;
      const since = performance.now();
      for (let i = 0; i < ended.length; i++) this.#handle(ended[i]!, weights[i]!);
      this.#onHandled(ended.length, (performance.now() - since) * 1e6);
    }
  }

  #schedule(): void {
    this.#isScheduled = true;
    // Detached from the request that happened to fill the batch.
    context.with(ROOT_CONTEXT, () => setImmediate(this.#settleScheduled).unref());
  }
}
