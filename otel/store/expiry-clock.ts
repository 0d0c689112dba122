import type { Clock } from '../base/clock.ts';

/** Clock synchronisation corrects less than this without any mistake. */
const MAX_STEP_MILLIS = 3_600_000;
/** A clock that was set forward must stay there this long before history expires by it. */
const HOLD_MILLIS = 3_600_000;

/**
 * The clock by which history expires. A clock set years ahead by mistake, and back a minute later, would delete all of it: for an hour after such a
 * step, only elapsed time counts.
 */
export class ExpiryClock {
  readonly #clock: Clock;
  #wallMillis: number;
  #monotonicMillis: number;
  /** How far it is behind the wall clock, and since when. */
  #behindMillis = 0;
  #sinceMillis = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallMillis = clock.now();
    this.#monotonicMillis = clock.monotonicNanos() / 1e6;
  }

  /** Epoch milliseconds. */
  now(): number {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonicNanos() / 1e6;
    const step = wall - this.#wallMillis - (monotonic - this.#monotonicMillis);
    this.#wallMillis = wall;
    this.#monotonicMillis = monotonic;
    if (step > MAX_STEP_MILLIS) {
      this.#behindMillis += step;
      this.#sinceMillis = monotonic;
    } else if (step < -MAX_STEP_MILLIS) this.#behindMillis = Math.max(0, this.#behindMillis + step);
    if (monotonic - this.#sinceMillis >= HOLD_MILLIS) this.#behindMillis = 0;
    return wall - this.#behindMillis;
  }
}
