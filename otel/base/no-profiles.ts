import type { AnyProfileSource } from './heap-profile-facts.ts';
import type { HeldFacts } from './profile-facts.ts';

/** Where none can be started. */
export function noProfiles(reason: string): AnyProfileSource {
  const nothing = (): HeldFacts<never> => ({
    unavailable: reason,
    running: undefined,
    failed: undefined,
    kept: [],
    maxKept: 0,
  });
  return {
    profiles: nothing,
    profileFile: () => undefined,
    startProfile: () => reason,
    heapProfiling: {
      heapProfiles: nothing,
      heapProfileFile: () => undefined,
      startHeapProfile: () => reason,
    },
  };
}
