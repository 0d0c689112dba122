import type { Clock } from '../base/clock.ts';

/** Clocks are put right by less than that all the time; and an operation may end on another's reading of the same clock. */
const SKEW_MILLIS = 2000;
/** What a clock that is slowly put right may run ahead or behind, per millisecond. */
const SLEW = 0.001;

/** The wall clock stood at `fromMillis` and went on at `toMillis`. */
export interface ClockStep {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Tells time that passes from a wall clock that was set: by the monotonic clock beside it. */
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
   * In which second an operation counts that ended then. One from a second that is over counts in the open one; one from beyond now, of a
   * clock that has stepped back since or that is not ours, counts now.
   * @param openMillis Start of the second that is open.
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
