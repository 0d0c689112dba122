/** Bounds of what waits for a verdict and of what is remembered after it. */
export interface TraceBufferLimits {
  /** Traces that wait for their verdict. */
  readonly maxTraces: number;
  /** Ended spans that wait in all traces together. */
  readonly maxPendingSpans: number;
  /** The same bound in bytes, estimated. */
  readonly maxPendingBytes: number;
  /** Ended spans that wait to be looked at, estimated; beyond it they are looked at at once. */
  readonly maxDeferredBytes: number;
  /** A trace with more ended spans is decided at once and then passes through. */
  readonly maxSpansPerTrace: number;
  /** A trace older than this is decided and then passes through. */
  readonly maxAgeMillis: number;
  /** How long a trace whose root has ended waits for children that still live. */
  readonly maxLingerMillis: number;
  /** Decided traces whose spans still run. */
  readonly maxOpenVerdicts: number;
  /** Decided traces that are over and of which something was kept, remembered for late spans. */
  readonly maxVerdicts: number;
  /** Traces of which nothing was kept, remembered by id alone. */
  readonly maxDroppedTraces: number;
  /** Ids of running spans that a kept child waits for, in all traces together. */
  readonly maxOwedAncestors: number;
  readonly maxOwedAncestorsPerTrace: number;
}

/** Together below 10 MiB when every one is reached; a blog at a hundred requests a second holds some 200 KB. */
export const DEFAULT_BUFFER_LIMITS: TraceBufferLimits = {
  maxTraces: 4096, // 4,096 requests at the same moment; ~400 bytes each = 1.6 MB
  maxPendingSpans: 8192,
  maxPendingBytes: 4 * 1024 * 1024,
  maxDeferredBytes: 1024 * 1024, // a batch of 256 is a fifth of it
  maxSpansPerTrace: 1000,
  maxAgeMillis: 60_000,
  maxLingerMillis: 2000,
  maxOpenVerdicts: 1024, // as many streams that outlast a minute; ~400 bytes each
  maxVerdicts: 1024, // 10 s at a hundred requests a second; four times as many cost 0.4 µs more per trace, in cache misses
  maxDroppedTraces: 8192, // 16 bytes each
  maxOwedAncestors: 8192, // ~100 bytes each
  maxOwedAncestorsPerTrace: 1000,
};
