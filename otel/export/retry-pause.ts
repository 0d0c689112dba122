const MAX_PAUSE_MILLIS = 60_000;

/**
 * The pause after a failed export: as long as the receiver asks, otherwise a delay that doubles with each failure, up to a minute, varied by a fifth
 * so that many senders do not return together.
 */
export class RetryPause {
  readonly #firstMillis: number;
  readonly #now: () => number;
  readonly #onEnd: () => void;
  readonly #random: () => number;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #untilMillis: number | undefined;
  #isAsked = false;

  constructor(firstMillis: number, now: () => number, onEnd: () => void, random: () => number = Math.random) {
    this.#firstMillis = firstMillis;
    this.#now = now;
    this.#onEnd = onEnd;
    this.#random = random;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** The receiver asked for it: not even a flush sends before it ends. */
  get isAsked(): boolean {
    return this.isOn && this.#isAsked;
  }

  /** Epoch milliseconds; undefined without a pause. */
  get untilMillis(): number | undefined {
    return this.isOn ? this.#untilMillis : undefined;
  }

  begin(askedMillis: number | undefined): void {
    clearTimeout(this.#timer);
    const doubled = this.#firstMillis * 2 ** Math.min(20, this.#failures++);
    const millis = askedMillis ?? Math.min(MAX_PAUSE_MILLIS, doubled) * (0.8 + 0.4 * this.#random());
    this.#isAsked = askedMillis !== undefined;
    this.#untilMillis = this.#now() + millis;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onEnd();
    }, millis).unref();
  }

  /** Ends the pause now, and the count of failures stays. */
  skip(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** An export succeeded. */
  end(): void {
    this.#failures = 0;
    this.skip();
  }
}
