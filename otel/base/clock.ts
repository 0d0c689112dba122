/** Time source of telemetry, passed in so that tests control it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic, from an arbitrary origin; whole, so that two computations of one duration are equal. */
  monotonicNanos(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  monotonicNanos: () => Math.round(performance.now() * 1e6),
};
