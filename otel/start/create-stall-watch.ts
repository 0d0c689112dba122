import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { StallFacts } from '../base/stall.ts';
import type { TelemetryConfig } from '../config.ts';
import type { ActiveRequests } from '../instrumentation/active-requests.ts';
import { OwnCodeWatch } from '../instrumentation/own-code-watch.ts';
import type { Profiles } from '../instrumentation/profiles.ts';
import { StallWatch } from '../instrumentation/stall-watch.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { HeldFacts } from './held-facts.ts';

/** The watch of the event loop, and what asks its thread about requests. */
export interface Watched {
  readonly stallWatch: StallWatch;
  readonly ownCode: OwnCodeWatch;
  /** For pages. */
  readonly facts: {
    readonly stallWatch: () => Pick<StallFacts, 'watch' | 'thresholdMillis'>;
    /** Span ids of a trace's requests whose samples are not read yet. */
    readonly awaitedOf: (traceId: string) => readonly string[];
  };
}

/** What ends is told to both, once they exist. */
export function notesOf(watched: () => Watched): {
  readonly noteOperation: (operation: EndedSpan) => void;
  readonly noteTrace: (operations: readonly EndedSpan[]) => void;
} {
  return {
    noteOperation: (operation) => watched().stallWatch.note(operation),
    noteTrace: (operations) => watched().ownCode.complete(operations),
  };
}

/** Wires the watch of the event loop, and what it asks about requests; what both find is held with everything else. */
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
}): Watched {
  const { config, held, touch, ...others } = options;
  const { runtime, stalls } = held;
  const keep = <T>(add: (found: T) => void) => {
    return (found: T): void => {
      add(found);
      touch();
    };
  };
  const { active, clock } = others;
  const onOwnCode = keep(held.ownCode.add.bind(held.ownCode));
  const ownCode = new OwnCodeWatch({ active, clock, onRead: onOwnCode, onUnasked: onOwnCode });
  const stallWatch = new StallWatch({
    ...others,
    ownCode,
    thresholdMillis: config.loopStallMillis,
    processStartedAtMillis: runtime.startedAtMillis,
    isStarting: () => runtime.isStarting,
    onStall: keep(stalls.add.bind(stalls)),
  });
  return {
    stallWatch,
    ownCode,
    facts: { stallWatch: () => stallWatch.facts, awaitedOf: (traceId) => ownCode.awaitedOf(traceId) },
  };
}
