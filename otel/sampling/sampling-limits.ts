/** Bounds of the trace buffer: pending traces, and verdicts remembered after them. */
export interface TraceBufferLimits {
  /** Traces pending a verdict. */
  readonly maxTraces: number;
  /** Ended spans pending, over all traces. */
  readonly maxPendingSpans: number;
  /** The same in bytes, estimated. */
  readonly maxPendingBytes: number;
  /** Deferred spans in bytes, estimated; beyond it they are handled at once. */
  readonly maxDeferredBytes: number;
  /** A trace with more ended spans is decided at once; later spans pass through. */
  readonly maxSpansPerTrace: number;
  /** A trace older than this is decided; later spans pass through. */
  readonly maxAgeMillis: number;
  /** How long a trace whose root has ended waits for running children. */
  readonly maxLingerMillis: number;
  /** Decided traces with running spans. */
  readonly maxOpenVerdicts: number;
  /** Completed traces with kept spans, remembered for late spans. */
  readonly maxVerdicts: number;
  /** Traces without a kept span, remembered by id only. */
  readonly maxDroppedTraces: number;
  /** Ids of running spans with a kept child, over all traces. */
  readonly maxOwedAncestors: number;
  readonly maxOwedAncestorsPerTrace: number;
}

/** Below 10 MiB together at their limits; an app at a hundred requests a second holds some 200 KB. */
export const DEFAULT_BUFFER_LIMITS: TraceBufferLimits = {
  maxTraces: 4096, // concurrent requests; ~400 bytes each = 1.6 MB
  maxPendingSpans: 8192,
  maxPendingBytes: 4 * 1024 * 1024,
  maxDeferredBytes: 1024 * 1024, // a batch of 256 uses a fifth of it
  maxSpansPerTrace: 1000,
  maxAgeMillis: 60_000,
  maxLingerMillis: 2000,
  maxOpenVerdicts: 1024, // concurrent streams longer than a minute; ~400 bytes each
  maxVerdicts: 1024, // 10 s at a hundred requests a second; 4,096 would add 0.4 µs per trace in cache misses
  maxDroppedTraces: 8192, // 16 bytes each
  maxOwedAncestors: 8192, // ~100 bytes each
  maxOwedAncestorsPerTrace: 1000,
};
