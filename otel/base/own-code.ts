import type { StallFrame } from './stall.ts';
import type { TimeRange } from './time-range.ts';

/** Of a request with less, a sample or two say little. */
export const OWN_CODE_MILLIS = 50;

/** A function, and in how many samples a request's own time was spent in it: packages and native code that it called count for it. */
export interface SampledFunction {
  /** Where it begins. */
  readonly place: StallFrame;
  /** From `place` to its callers, at most 6. */
  readonly callers: readonly StallFrame[];
  readonly samples: number;
  /** For which they stand, of `ownMillis`; undefined as recorded. */
  readonly millis?: number;
}

/**
 * What samples say of a request's own time: the time that is in none of its child spans. `samples` are those of its functions, and `idle`, `shared`
 * and `others`.
 */
export interface OwnCode {
  readonly traceId: string;
  readonly spanId: string;
  /** Series of the request. */
  readonly route: string;
  /** Its end, epoch milliseconds. */
  readonly atMillis: number;
  readonly durationMillis: number;
  readonly ownMillis: number;
  /** Between two samples that are due. A busy machine takes fewer. */
  readonly everyMillis: number;
  readonly samples: number;
  /** The event loop slept: the request waited for something without a span. */
  readonly idle: number;
  /** It ran, but perhaps for somebody else: another request was open, too, or a timer called what ran. */
  readonly shared: number;
  /** Of those: it did run for another request, or for telemetry. Undefined if recorded by an earlier version. */
  readonly theirs?: number;
  /** In no function, in the kit's, or in one that is not listed. */
  readonly others: number;
  /** Most samples first, at most 3. */
  readonly functions: readonly SampledFunction[];
  /** Why there are no samples. */
  readonly unread?: string;
}

/** Why nothing is known of a request's own time. */
export interface UnknownCode {
  readonly missing: string;
  /** It will be known within a minute. */
  readonly isAwaited?: true;
}

/** Requests of a route that were not asked about, because too many others were. */
export interface UnaskedRequests {
  readonly route: string;
  /** The first and the last of their ends, epoch milliseconds. */
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly requests: number;
}

/** What is known of requests' own time, of all that had some, whether or not they were kept. */
export interface OwnCodeFacts {
  /** Requests with less time of their own are not asked about. */
  readonly leastMillis: number;
  /** Newest first. */
  readonly rows: readonly OwnCode[];
  readonly unasked: readonly UnaskedRequests[];
  /** Older ones were removed; undefined if none were. */
  readonly heldSinceMillis: number | undefined;
}

/** The same of one trace. */
export interface OwnCodeOfTrace {
  readonly rows: readonly OwnCode[];
  /** Its requests whose samples are not read yet, by their span ids. */
  readonly awaited: readonly string[];
}

export interface OwnCodeSource {
  /** By their ends. */
  within(range: TimeRange): OwnCodeFacts;
  ofTrace(traceId: string): OwnCodeOfTrace;
}

export const NO_OWN_CODE: OwnCodeSource = {
  within: () => ({ leastMillis: OWN_CODE_MILLIS, rows: [], unasked: [], heldSinceMillis: undefined }),
  ofTrace: () => ({ rows: [], awaited: [] }),
};
