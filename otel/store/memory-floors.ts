import type { MemoryFloor, ProcessCourse } from '../query.ts';
import type { FloorSample } from './packed-samples.ts';

export type FloorsOfProcess = Pick<ProcessCourse, 'floors' | 'floorsPer'>;

/** The coarse samples of a process have to cover so much more of it than the fine ones. */
const MORE = 1.1;

/**
 * Floors of one process, from its samples in the order in which they were taken.
 *
 * @param toMillis The process is the one that was sampled last until then.
 */
export function memoryFloors(samples: readonly FloorSample[], toMillis: number): readonly MemoryFloor[] {
  const isNow = toMillis >= (samples.at(-1)?.atMillis ?? 0);
  const until = isNow ? samples : samples.filter(({ atMillis }) => atMillis <= toMillis);
  const started = until.at(-1)?.processStartedAtMillis;
  return started === undefined ? [] : (tracks(until).get(started)?.floors ?? []);
}

/** Floors of every process by its start: from fine samples, or from coarse ones if they cover more of it. */
export function floorsByProcess(
  fine: readonly FloorSample[],
  coarse: readonly FloorSample[],
): ReadonlyMap<number, FloorsOfProcess> {
  const ofFine = tracks(fine);
  const found = new Map<number, FloorsOfProcess>();
  for (const [started, { floors }] of ofFine) found.set(started, { floors, floorsPer: 'sample' });
  for (const [started, { ranMillis, floors }] of tracks(coarse))
    if (ranMillis > MORE * (ofFine.get(started)?.ranMillis ?? 0))
      found.set(started, { floors, floorsPer: 'quarter hour' });
  return found;
}

interface Track {
  readonly ranMillis: number;
  readonly floors: readonly MemoryFloor[];
}

/** Of each process. */
function tracks(samples: readonly FloorSample[]): ReadonlyMap<number, Track> {
  const byProcess = Map.groupBy(samples, ({ processStartedAtMillis }) => processStartedAtMillis);
  return new Map([...byProcess].map(([started, own]) => [started, trackOf(own)]));
}

/**
 * The time of a process is measured by the monotonic clock: neither a step of the wall clock, which also changes the order of samples in the file, nor a
 * suspended machine is in it. For samples of older versions it is the sum of what they cover.
 */
function trackOf(own: readonly FloorSample[]): Track {
  const isTimed = own.every((sample) => !Number.isNaN(sample.ranMillis));
  const samples = isTimed ? own.toSorted((a, b) => a.ranMillis - b.ranMillis) : own;
  const floors: MemoryFloor[] = [];
  let covered = 0;
  for (const sample of samples) {
    const { atMillis, fromMillis, heapFloorBytes: heapBytes, rssFloorBytes: rssBytes } = sample;
    const { heapUsedBytes: usedBytes } = sample;
    // A quarter of an hour in which the clock was set back.
    covered += Math.max(0, atMillis - fromMillis);
    const ranMillis = isTimed ? sample.ranMillis : covered;
    floors.push({ atMillis, ranMillis, heapBytes, rssBytes, usedBytes });
  }
  return { ranMillis: covered, floors };
}
