import type { Guard } from '../base/guard.ts';
import { backgroundTimeout } from './background-timer.ts';

const MIN_INTERVAL_MILLIS = 1000;
/** Changes come in bursts, such as a request with its statements; one call reports them all. */
const GATHER_MILLIS = 100;
/** One per open live page; more would be a leak. */
const MAX_LISTENERS = 1000;

export interface ChangeNotifierOptions {
  readonly guard: Guard;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs before the listeners, e.g. to refresh what they will read; they are called when it settles, even if it fails. */
  readonly prepare?: () => Promise<void>;
}

/** Notifies listeners of changes, at most once per second for all of them. Without listeners, `touch` is one comparison and no timer runs. */
export class ChangeNotifier {
  readonly #guard: Guard;
  readonly #now: () => number;
  readonly #prepare: (() => Promise<void>) | undefined;
  readonly #listeners = new Set<{ readonly call: () => void }>();
  #timer: NodeJS.Timeout | undefined;
  #lastMillis = -Infinity;

  constructor(options: ChangeNotifierOptions) {
    this.#guard = options.guard;
    this.#now = options.now;
    this.#prepare = options.prepare;
  }

  /** Returns a function that unsubscribes. Throws RangeError beyond 1000 listeners. */
  subscribe(call: () => void): () => void {
    if (this.#listeners.size >= MAX_LISTENERS) {
      throw new RangeError(
        `no more than ${MAX_LISTENERS} listeners of changes; unsubscribe those that are done`,
      );
    }
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Records a change. Cheap enough to call for every span. */
  touch(): void {
    if (this.#listeners.size === 0 || this.#timer !== undefined) return;
    const wait = this.#lastMillis + MIN_INTERVAL_MILLIS - this.#now();
    // A clock set back must not silence the listeners.
    const delay = Math.min(Math.max(wait, GATHER_MILLIS), MIN_INTERVAL_MILLIS);
    this.#timer = backgroundTimeout(() => this.#notify(), delay);
  }

  #notify(): void {
    this.#timer = undefined;
    this.#lastMillis = this.#now();
    if (this.#prepare === undefined) {
      this.#call();
      return;
    }
    this.#guard
      .run('change-notifier.prepare', this.#prepare, Promise.resolve())
      .catch((error: unknown) => this.#guard.report('change-notifier.prepare', error))
      .then(() => this.#call())
      .catch((error: unknown) => this.#guard.report('change-notifier', error));
  }

  #call(): void {
    // A copy, because listeners may unsubscribe or subscribe while they are called.
    for (const listener of this.#listeners) {
      this.#guard.run('change-notifier.listener', () => listener.call(), undefined);
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
