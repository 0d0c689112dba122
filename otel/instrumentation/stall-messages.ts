import { performance } from 'node:perf_hooks';
import type { OwnCode } from '../base/own-code.ts';
import type { ProfileSummary } from '../base/profile-facts.ts';
import type { StallFrame } from '../base/stall.ts';

/** Times are microseconds of the monotonic clock that all threads of the process share. */
export interface StallThreadData {
  /** Milliseconds of that clock at the last turn of the loop, a request to stop, and its completion; see BEAT, STOP and DONE. */
  readonly shared: Int32Array<SharedArrayBuffer>;
  readonly beatMillis: number;
  /** After so long without a turn, the active span is asked for. */
  readonly probeAfterMillis: number;
  /** JavaScript that reports the active span, for the main thread. */
  readonly probe: string;
  readonly programFolder: string;
}

export function isStallThreadData(data: unknown): data is StallThreadData {
  return typeof data === 'object' && data !== null && 'probeAfterMillis' in data;
}

/** Interval of samples: six in the shortest stall that is recorded by default. */
export const SAMPLE_MICROS = 40_000;

export const BEAT = 0;
export const STOP = 1;
export const DONE = 2;
export const SHARED_INTS = 3;

export type ToStallThread =
  | {
      readonly kind: 'stall';
      readonly id: number;
      readonly fromMicros: number;
      readonly toMicros: number;
      /** Stack of the main thread at some time in between, as text. */
      readonly stack: string | undefined;
    }
  | {
      readonly kind: 'profile';
      readonly id: number;
      readonly millis: number;
      readonly intervalMicros: number;
    }
  | { readonly kind: 'requests'; readonly asked: readonly AskedRequest[] }
  | { readonly kind: 'stop' };

/** A request that ended, and when it ran or waited in none of its child spans: pairs of times, from and to, in order. */
export interface AskedRequest {
  readonly id: number;
  readonly own: readonly number[];
  /** The parts of that in which no other request was open. */
  readonly alone: readonly number[];
  /** The parts of it in which no other request had begun later. */
  readonly latest: readonly number[];
}

/** What samples say of it. */
export type ReadRequest = { readonly id: number } & Pick<
  OwnCode,
  'everyMillis' | 'samples' | 'idle' | 'shared' | 'theirs' | 'others' | 'functions'
>;

/** What the samples of a stall say. */
export interface SampledStall {
  /** When the loop last slept before its end. */
  readonly startMicros: number;
  readonly place: StallFrame | undefined;
  readonly placeShare: number;
  readonly sampledShare: number;
  readonly callers: readonly StallFrame[];
  /** Most samples were outside of every trace, so that no request held the loop. */
  readonly isUntraced: boolean;
}

/** What comes of a profile that was asked for. */
export type ProfileAnswer =
  | {
      readonly kind: 'profiled';
      readonly id: number;
      readonly summary: ProfileSummary;
      /** Deflated. */
      readonly file: Uint8Array | undefined;
    }
  | { readonly kind: 'profile failed'; readonly id: number; readonly reason: string };

export type FromStallThread =
  | { readonly kind: 'watching' }
  | { readonly kind: 'failed'; readonly message: string }
  | ProfileAnswer
  | { readonly kind: 'requests read'; readonly read: readonly ReadRequest[] }
  | ({ readonly kind: 'sampled'; readonly id: number } & SampledStall);

/** Milliseconds as 32 bits, so that a thread can read them in one step; only differences mean something. */
export function sharedMillis(): number {
  return Number(BigInt.asIntN(32, process.hrtime.bigint() / 1_000_000n));
}

export function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** How long the event loop of this thread has slept so far. */
export function idleMillis(): number {
  return performance.nodeTiming.idleTime;
}
