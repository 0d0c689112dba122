import type { StallFrame } from './stall.ts';

/** A function under its callers, as wide as the time in and below it. */
export interface ProfileFrame extends StallFrame {
  readonly depth: number;
  readonly samples: number;
  readonly selfMillis: number;
  readonly totalMillis: number;
  /** From 0 to the time of all frames. */
  readonly offsetMillis: number;
}

/** A function, wherever it was called. */
export interface ProfiledFunction extends StallFrame {
  /** In its own code. */
  readonly selfMillis: number;
  /** While it was the innermost function of the app: packages and native code that it called count for it. */
  readonly causedMillis: number;
  /** In it and what it called. */
  readonly totalMillis: number;
}

/** What a sampling profile of the main thread says. */
export interface ProfileSummary {
  readonly samples: number;
  /** From the first to the last sample. */
  readonly durationMillis: number;
  /** Waiting for something to do; not in the frames. */
  readonly idleMillis: number;
  readonly busyMillis: number;
  /** Callers before callees, the widest callee first; without packages and Node between functions of the app. */
  readonly frames: readonly ProfileFrame[];
  /** Narrower frames that were left out. */
  readonly omittedFrames: number;
  /** Those that caused most first. */
  readonly functions: readonly ProfiledFunction[];
}

/** Of a profile that was asked for, kept in memory alone. */
export interface Taken {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly startedMillis: number;
  readonly seconds: number;
  /** False if its file would be too large. */
  readonly hasFile: boolean;
}

export type TakenProfile = ProfileSummary & Taken;

/** Profiles of a kind, on demand. */
export interface HeldFacts<Profile> {
  /** Why none can be started now. */
  readonly unavailable: string | undefined;
  readonly running: { readonly startedMillis: number; readonly seconds: number } | undefined;
  /** The last one that came to nothing, if it is newer than all that are kept. */
  readonly failed: { readonly startedMillis: number; readonly reason: string } | undefined;
  /** Newest first. */
  readonly kept: readonly Profile[];
  /** The oldest is removed for a newer one. */
  readonly maxKept: number;
}

export type ProfileFacts = HeldFacts<TakenProfile>;

/** Length of a profile, seconds. */
export const PROFILE_SECONDS = { min: 1, max: 60, usual: 10 } as const;
