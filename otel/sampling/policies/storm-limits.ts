/** Bounds of what is kept for having failed or been slow, when nearly everything fails or is slow. */
export interface StormLimits {
  /** Up to half of it everything is kept; beyond that the rejection threshold rises. The rest of the same traces may use as much again. */
  readonly maxMustKeepSpansPerSecond: number;
  /** The same in bytes, estimated. */
  readonly maxMustKeepBytesPerSecond: number;
  /** Kinds of failure, by series and error.type, with one example per minute that survives every cut. */
  readonly maxStormExamplesPerMinute: number;
}

export const DEFAULT_STORM_LIMITS: StormLimits = {
  maxMustKeepSpansPerSecond: 1000, // 500 uncut: a hundred failed pages of five spans
  maxMustKeepBytesPerSecond: 2 * 1024 * 1024, // 1 MiB uncut: ~2 KB a span, stack included
  maxStormExamplesPerMinute: 500,
};
