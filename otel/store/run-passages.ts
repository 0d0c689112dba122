import type { Downtime, Marker } from '../query.ts';
import { clockMarker } from './own-markers.ts';
import { clockSetMillis } from './run-times.ts';
import type { ProcessRun } from './run-table.ts';

/** From a run to the next one. */
export interface Passage {
  readonly before: ProcessRun;
  readonly next: ProcessRun;
  /** How `before` ended, as seen from the start of `next`. */
  readonly ended: Downtime['ended'] | 'running';
  /** By the clock at that start. */
  readonly endedMillis: number;
  /** How one that was running ended later; undefined if it still runs. */
  readonly endedLater: Downtime['ended'] | undefined;
}

/** The start of a process with what was before it, after a step of the clock meanwhile; none for a machine that woke up. */
export function markersOf(passage: Passage): readonly Marker[] {
  const { before, next, ended, endedMillis, endedLater } = passage;
  if (next.resumed) return [];
  const { pid, cause } = before;
  const atMillis = next.startedMillis;
  const later = ended === 'running' ? { endedLater } : {};
  const versions = versionsOf(next, before);
  const by = clockSetMillis(before, next);
  const seen = by === 0 ? {} : { seenMillis: before.seenMillis };
  const start: Marker = {
    atMillis,
    kind: 'start',
    label:
      versions === undefined ? 'start' : `start of version ${versions.after}, before it ${versions.before}`,
    ...(versions && { versions }),
    before: { ended, atMillis: endedMillis, pid, reason: cause?.reason, ...later, ...seen },
  };
  return by === 0 ? [start] : [clockMarker({ fromMillis: atMillis - by, toMillis: atMillis }, true), start];
}

/** Undefined if they are equal, or one is unknown. */
function versionsOf({ version }: ProcessRun, before: ProcessRun): Marker['versions'] {
  return version === undefined || before.version === undefined || before.version === version
    ? undefined
    : { before: before.version, after: version };
}
