/** Time source of telemetry, passed in so that tests control it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic nanoseconds from an arbitrary origin; whole, so that durations of one interval are equal however they are computed. */
  monotonicNanos(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  monotonicNanos: () => Math.round(performance.now() * 1e6),
};
