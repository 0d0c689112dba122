import type { HeldFacts, ProfileFacts, Taken } from './profile-facts.ts';
import type { StallFrame } from './stall.ts';

/** A function, and what of the memory that was allocated meanwhile it still has in use. */
export interface HeapFunction extends StallFrame {
  /** Allocated by its own code. */
  readonly selfBytes: number;
  /** Allocated while it was the innermost function of the app: what packages and native code did for it counts. */
  readonly causedBytes: number;
  /** Of the function of the app that called it most, if that caused it: where a helper is used. */
  readonly caller: StallFrame | undefined;
}

/** Of all that was allocated within some time, what was in use after a full garbage collection at its end: an estimate by samples. */
export interface HeapSummary {
  readonly samples: number;
  readonly liveBytes: number;
  /** Those that caused most first. */
  readonly functions: readonly HeapFunction[];
}

export type TakenHeapProfile = HeapSummary & Taken;

export type HeapProfileFacts = HeldFacts<TakenHeapProfile>;

/** Length of a heap profile, seconds: as long as it takes for what leaks to stand out. */
export const HEAP_PROFILE_SECONDS = { min: 10, max: 60, usual: 30 } as const;

/** Takes and holds heap profiles. */
export interface HeapProfileSource {
  heapProfiles(): HeapProfileFacts;
  /** In the format of `.heapprofile` files; undefined if it is not held. */
  heapProfileFile(id: number): string | undefined;
  /** Starts one. Returns why it is refused. */
  startHeapProfile(seconds: number): string | undefined;
}

/** Profiles that were asked for; in memory alone. */
export interface HeldProfiles {
  /** Sampling profiles of the main thread. */
  profiles(): ProfileFacts;
  /** One of them in the format of `.cpuprofile` files; undefined if it is not held. */
  profileFile(id: number): string | undefined;
  /** Of what is allocated and stays in use. */
  readonly heapProfiling: Pick<HeapProfileSource, 'heapProfiles' | 'heapProfileFile'>;
}

/** Starts profiles. */
export interface ProfileStarts {
  /** Starts one of 1 to 60 seconds; `profiles()` has it afterwards. Returns why it is refused. */
  startProfile(seconds: number): string | undefined;
  /** One of 10 to 60 seconds, which ends with a full garbage collection. */
  readonly heapProfiling: Pick<HeapProfileSource, 'startHeapProfile'>;
}

/** Of time and of memory. */
export interface AnyProfileSource extends HeldProfiles, ProfileStarts {
  readonly heapProfiling: HeapProfileSource;
}
