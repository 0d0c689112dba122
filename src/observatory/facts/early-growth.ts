import type { MemoryFloor } from '../../../otel/query.ts';

const MINUTE = 60_000;
/** Before, modules are loaded and the first pages compiled. */
const STARTED_MILLIS = 1.5 * MINUTE;
/** Two states of the heap have to be so far apart to say anything of an hour. */
const MIN_APART_MILLIS = 3 * MINUTE;
/** Its lowest state is looked for in so much time, at either end: it rises and falls with every collection. */
const LATEST_MILLIS = 2 * MINUTE;
/** Caches that fill after a start, or code that is used for the first time, take less: seen are 6 MB of 55. */
export const NOTICED_SHARE = 0.15;
const NOTICED_BYTES = 8_000_000;
/** A bound beyond it says nothing. */
const MAX_BOUND_SHARE = 0.25;

/** What is known of memory while there are too few full collections for a slope: a bound always is. */
export interface EarlyGrowth {
  /** The lowest heap in use of the last minutes: all that could have leaked by then is in it. */
  readonly usedBytes: number;
  /** Compared with an earlier floor; undefined if there was no full collection so long ago. */
  readonly since:
    | {
        readonly atMillis: number;
        readonly overMillis: number;
        readonly floorBytes: number;
        /** What the heap in use is above that floor: about the most that was not released since. Negative if it is below. */
        readonly mostBytes: number;
        /** From that floor to the newest one, if that is as much later. */
        readonly rose: { readonly bytes: number; readonly overMillis: number } | undefined;
      }
    | undefined;
}

/** @param samples Of one process, oldest first, at least one. */
export function earlyGrowth(samples: readonly MemoryFloor[], warmMillis: number): EarlyGrowth {
  const ranMillis = samples.at(-1)?.ranMillis ?? 0;
  const lowest = lowestWithin(samples, ranMillis - LATEST_MILLIS, Infinity) ?? samples[0]!;
  const floors = samples.filter(({ heapBytes }) => !Number.isNaN(heapBytes));
  const latestMillis = lowest.ranMillis - MIN_APART_MILLIS;
  const first =
    floors.find((floor) => floor.ranMillis > warmMillis && floor.ranMillis <= latestMillis) ??
    floors.findLast((floor) => floor.ranMillis >= STARTED_MILLIS && floor.ranMillis <= latestMillis);
  const usedBytes = usedOf(lowest);
  const last = floors.at(-1);
  if (first === undefined || last === undefined) return { usedBytes, since: undefined };
  const untilMillis = Math.min(latestMillis, first.ranMillis + LATEST_MILLIS);
  const base = lowestWithin(samples, first.ranMillis, untilMillis) ?? first;
  const roseMillis = last.ranMillis - base.ranMillis;
  return {
    usedBytes,
    since: {
      atMillis: base.atMillis,
      overMillis: lowest.ranMillis - base.ranMillis,
      floorBytes: usedOf(base),
      mostBytes: usedBytes - usedOf(base),
      rose:
        roseMillis < MIN_APART_MILLIS
          ? undefined
          : { bytes: last.heapBytes - usedOf(base), overMillis: roseMillis },
    },
  };
}

export function earlyVerdict({
  since,
}: EarlyGrowth): 'perhaps growing' | 'no large growth' | 'too few collections' {
  if (since === undefined) return 'too few collections';
  const { floorBytes, mostBytes, rose } = since;
  if (rose !== undefined && isNoticed(rose.bytes, floorBytes)) return 'perhaps growing';
  return mostBytes > MAX_BOUND_SHARE * floorBytes ? 'too few collections' : 'no large growth';
}

/** More than what caches take that fill after a start. */
export function isNoticed(grownBytes: number, firstBytes: number): boolean {
  return grownBytes >= Math.max(NOTICED_BYTES, NOTICED_SHARE * firstBytes);
}

function lowestWithin(
  samples: readonly MemoryFloor[],
  fromMillis: number,
  toMillis: number,
): MemoryFloor | undefined {
  const within = samples.filter(({ ranMillis }) => ranMillis >= fromMillis && ranMillis <= toMillis);
  return within.length === 0
    ? undefined
    : within.reduce((least, sample) => (usedOf(sample) < usedOf(least) ? sample : least));
}

function usedOf({ usedBytes, heapBytes }: MemoryFloor): number {
  return heapBytes < usedBytes ? heapBytes : usedBytes;
}
