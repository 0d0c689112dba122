/** Time source of telemetry, passed in so that tests control it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic nanoseconds from an arbitrary origin; a double, exact below 2^53. */
  monotonicNanos(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  monotonicNanos: () => performance.now() * 1e6,
};
