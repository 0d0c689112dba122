/** A time after which waiting ends. Its timer is not unref'd: the process must not exit before. */
export class Deadline {
  readonly #atMillis: number;

  constructor(timeoutMillis: number) {
    this.#atMillis = performance.now() + timeoutMillis;
  }

  get isOver(): boolean {
    return performance.now() >= this.#atMillis;
  }

  /** Resolves with `work` or at the deadline, whichever is first; rejects only if `work` does so before. */
  async of(work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, this.#atMillis - performance.now()));
    });
    try {
      await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}
