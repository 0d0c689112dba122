/** Does all steps at once. */
export function finished<Result>(steps: Iterator<undefined, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Work in steps for several callers: each of them advances it, so that it is done once, and who cannot wait finishes it. If it fails, it fails for all. */
export class SharedSteps<Result> {
  readonly #steps: Iterator<undefined, Result>;
  #done: { readonly result: Result } | undefined;
  #failed: { readonly error: unknown } | undefined;

  constructor(steps: Iterator<undefined, Result>) {
    this.#steps = steps;
  }

  get hasFailed(): boolean {
    return this.#failed !== undefined;
  }

  /** Finishes it. */
  get result(): Result {
    while (this.#done === undefined) this.#advance();
    return this.#done.result;
  }

  /** Finishes it with a pause after each step. */
  *inSteps(): Generator<undefined, Result> {
    while (this.#done === undefined) {
      this.#advance();
      yield;
    }
    return this.#done.result;
  }

  #advance(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
    try {
      const { done, value } = this.#steps.next();
      if (done === true) this.#done = { result: value };
    } catch (error) {
      this.#failed = { error };
      throw error;
    }
  }
}
