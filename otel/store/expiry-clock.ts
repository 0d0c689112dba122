import type { Clock } from '../base/clock.ts';

/** Clocks are put right by less than that without anybody's mistake. */
const MAX_STEP_MILLIS = 3_600_000;
/** So long a clock that was put forward has to stay there before history ages by it. */
const HOLD_MILLIS = 3_600_000;

/**
 * The time by which history ages. A clock that was put years ahead by mistake, and back a minute later, would cost all of it: after such a
 * step it ages as time alone passes, for an hour.
 */
export class ExpiryClock {
  readonly #clock: Clock;
  #wallMillis: number;
  #monotonicMillis: number;
  /** How far it runs behind the wall clock, and since when. */
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
