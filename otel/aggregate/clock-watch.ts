import type { Clock } from '../base/clock.ts';

/** Clock synchronisation corrects less than this all the time, and an operation may end on a different reading of the same clock. */
const SKEW_MILLIS = 2000;
/** Drift per millisecond of a clock that is slewed. */
const SLEW = 0.001;

/** The wall clock jumped from `fromMillis` to `toMillis`. */
export interface ClockStep {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Distinguishes elapsed time from a wall clock that was set, by the monotonic clock. */
export class ClockWatch {
  readonly #clock: Clock;
  #wallMillis: number;
  #monotonicMillis: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallMillis = clock.now();
    this.#monotonicMillis = clock.monotonicNanos() / 1e6;
  }

  /**
   * Start of the second that an operation with this end counts in. An end in a closed second counts in the open one; an end in the future, from a
   * clock that has stepped back or is not ours, counts now.
   * @param openMillis Start of the open second.
   */
  look(
    endMillis: number,
    openMillis: number,
  ): { readonly secondMillis: number; readonly step: ClockStep | undefined } {
    const now = this.#clock.now();
    const step = this.#stepTo(now, openMillis);
    const isOfNow = endMillis <= now + SKEW_MILLIS && (step === undefined || endMillis >= now - SKEW_MILLIS);
    const at = isOfNow ? Math.max(endMillis, step === undefined ? openMillis : endMillis) : now;
    return { secondMillis: at - (at % 1000), step };
  }

  #stepTo(now: number, openMillis: number): ClockStep | undefined {
    const monotonic = this.#clock.monotonicNanos() / 1e6;
    const passed = monotonic - this.#monotonicMillis;
    const expected = this.#wallMillis + passed;
    this.#monotonicMillis = monotonic;
    this.#wallMillis = now;
    if (Math.abs(now - expected) > SKEW_MILLIS + passed * SLEW)
      return { fromMillis: expected, toMillis: now };
    return now < openMillis - SKEW_MILLIS ? { fromMillis: openMillis, toMillis: now } : undefined;
  }
}
