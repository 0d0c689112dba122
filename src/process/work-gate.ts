/** Thrown if too many are waiting. */
export class WorkGateFullError extends Error {
  constructor(maxWaiting: number) {
    super(`${maxWaiting} others are waiting already`);
    this.name = 'WorkGateFullError';
  }
}

/** Limits how many run and wait at once; rejects the rest immediately. One password check takes 128 MiB and a thread. */
export class WorkGate {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: { readonly maxRunning?: number; readonly maxWaiting?: number } = {}) {
    this.#maxRunning = options.maxRunning ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 8;
  }

  /** Throws WorkGateFullError; errors of the work pass through. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#maxRunning) {
      if (this.#waiting.length >= this.#maxWaiting) throw new WorkGateFullError(this.#maxWaiting);
      // The place passes to the next waiter, so the count stays the same.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
