import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { TelemetryConfig } from '../config.ts';
import type { ActiveRequests } from '../instrumentation/active-requests.ts';
import type { Profiles } from '../instrumentation/profiles.ts';
import { StallWatch } from '../instrumentation/stall-watch.ts';
import type { HeldFacts } from './held-facts.ts';

/** Wires the watch of the event loop; what it finds is held with everything else. */
export function createStallWatch(options: {
  readonly config: TelemetryConfig;
  readonly held: HeldFacts;
  readonly active: ActiveRequests;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly profiles: Profiles;
  /** Handles deferred spans. */
  readonly settle: () => void;
  /** Called when something that pages show has changed. */
  readonly touch: () => void;
}): StallWatch {
  const { config, held, touch, ...others } = options;
  const { runtime, stalls } = held;
  return new StallWatch({
    ...others,
    thresholdMillis: config.loopStallMillis,
    processStartedAtMillis: runtime.startedAtMillis,
    isStarting: () => runtime.isStarting,
    onStall: (stall) => {
      stalls.add(stall);
      touch();
    },
  });
}
