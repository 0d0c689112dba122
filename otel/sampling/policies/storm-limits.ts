/** Bounds of what is kept because it failed or was slow, when nearly everything does or is. */
export interface StormLimits {
  /** Half of it is kept uncut; what comes on top is cut deeper and deeper. As many more of the same traces may go along. */
  readonly maxMustKeepSpansPerSecond: number;
  /** The same in bytes, estimated. */
  readonly maxMustKeepBytesPerSecond: number;
  /** Kinds of failure, by series and error.type, of which one a minute survives every cut. */
  readonly maxStormExamplesPerMinute: number;
}

export const DEFAULT_STORM_LIMITS: StormLimits = {
  maxMustKeepSpansPerSecond: 1000, // 500 uncut: a hundred failed pages of five spans
  maxMustKeepBytesPerSecond: 2 * 1024 * 1024, // 1 MiB uncut: ~2 KB a span, stack and all
  maxStormExamplesPerMinute: 500,
};
