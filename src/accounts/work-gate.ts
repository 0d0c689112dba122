/** Too many wait already. */
export class WorkGateFullError extends Error {
  constructor(maxWaiting: number) {
    super(`${maxWaiting} others wait already`);
    this.name = 'WorkGateFullError';
  }
}

/** Lets few run at once and few wait; everybody else is told at once. One password check takes 128 MiB and a thread. */
export class WorkGate {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: { readonly maxRunning?: number; readonly maxWaiting?: number } = {}) {
    this.#maxRunning = options.maxRunning ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 8;
  }

  /** Throws WorkGateFullError; what the work throws passes through. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#maxRunning) {
      if (this.#waiting.length >= this.#maxWaiting) throw new WorkGateFullError(this.#maxWaiting);
      // Whoever leaves hands over its place, so the count stays as it is.
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
