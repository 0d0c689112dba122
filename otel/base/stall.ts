import type { OperationType } from './operation-types.ts';

/** A function on the call stack, as the sampling profiler reports it. */
export interface StallFrame {
  /** `(anonymous)` if it has no name. */
  readonly name: string;
  /** `src/site/post-page.ts:41`, relative to the program's folder: where the function begins; undefined for code of V8 without a file. */
  readonly location: string | undefined;
  /** The line in it that ran most, or that called; undefined if it is not known. Earlier versions had it in the location. */
  readonly line?: number;
  /** Whose code: the app's, a package's, telemetry's (the kit and OpenTelemetry), or Node's and V8's. */
  readonly origin: 'app' | 'package' | 'kit' | 'node';
}

/** The span that was active while the loop was blocked. */
export interface StallHolder {
  readonly traceId: string;
  readonly spanId: string;
  /** Of the span: a statement, a template, a route. */
  readonly type: OperationType;
  readonly series: string;
  /** Of the span, such as a statement's summary; undefined in stalls of earlier versions. */
  readonly name?: string;
  /** Series of the request that it belongs to; undefined outside any. */
  readonly route: string | undefined;
  /** Part of the stall that it covers, 0–1, if it is a statement or a render that is known to cover some; undefined in stalls of earlier versions. */
  readonly coveredShare?: number;
}

/** A part of a request's span. */
export interface WaitWithin {
  /** After the span's start. */
  readonly sinceMillis: number;
  readonly millis: number;
}

/** A request that could not be handled meanwhile. It did not cause the stall. */
export interface DelayedRequest {
  readonly traceId: string;
  readonly spanId: string;
  readonly route: string;
  /** `url.path`. */
  readonly path: string;
  /** In all, at most: if it was read after the stall, when it arrived is not known. */
  readonly waitedMillis: number;
  /** The part of it within its span, and when that began, after the span did; undefined in stalls of earlier versions. */
  readonly within?: WaitWithin | undefined;
  /** A second part within its span: between both, the loop ran for it. */
  readonly alsoWithin?: WaitWithin;
  /** True if it had started before the stall. */
  readonly wasRunning: boolean;
}

/** One time that the event loop was blocked, for one request or whatever else ran. What follows in the same turn is another. */
export interface Stall {
  /** Its end, epoch milliseconds. */
  readonly atMillis: number;
  readonly durationMillis: number;
  /** Start of the process. */
  readonly processStartedAtMillis: number;
  /** The function in which most of the time was spent, the app's before others; undefined if nothing was sampled. */
  readonly place: StallFrame | undefined;
  /** Part of the samples that were in `place`, 0–1. */
  readonly placeShare: number;
  /** Samples taken, of those that were due. If most are missing, the system did not run the process: no code of it blocked anything. */
  readonly sampledShare: number;
  /** From `place` to its callers, at most 12. */
  readonly callers: readonly StallFrame[];
  readonly holder: StallHolder | undefined;
  /** When it began, after the request of its holder did; negative if before. Undefined in stalls of earlier versions, and without a request. */
  readonly sinceMillis?: number;
  /** Path of the request that held the loop, if it is not traced: of a page that shows telemetry. */
  readonly untracedPath?: string;
  /** Set if the loop ran for so many requests one after the other, none of them for most of the time: then there is no holder. */
  readonly heldBy?: number;
  /** Those that waited longest, at most 100. */
  readonly delayed: readonly DelayedRequest[];
  readonly delayedCount: number;
  /** All others together, by route; undefined in stalls of earlier versions, and if there are none. */
  readonly alsoDelayed?: readonly DelayedRoute[];
}

/** Requests of a route that a stall delayed and does not list. */
export interface DelayedRoute {
  readonly route: string;
  readonly requests: number;
  /** What they waited within their spans. */
  readonly millis: number;
}

/** Whether stalls can be named. */
export interface StallWatchState {
  readonly is: 'off' | 'starting' | 'watching' | 'aside' | 'failed';
  /** Why it is aside or failed. */
  readonly reason?: string | undefined;
}

/** Times that the event loop was blocked, and how they are noticed. */
export interface StallFacts {
  readonly watch: StallWatchState;
  /** Shorter ones are not recorded; 0 if none are. */
  readonly thresholdMillis: number;
  /** Newest first. */
  readonly rows: readonly Stall[];
  /** Older ones were removed; undefined if none were. */
  readonly heldSinceMillis: number | undefined;
}
