import { type EarlyGrowth, earlyVerdict } from '../facts/early-growth.ts';
import { type MemoryGrowth, MIN_AGE_OF_SLOPE_MILLIS, WARM_MILLIS } from '../facts/memory-growth.ts';
import { clockText, spanText } from '../format/moment.ts';
import { size, text } from '../../markup/quantity.ts';

const HOUR_MILLIS = 3_600_000;
/** Less is within what the floor moves by from one collection to the next. */
const MIN_ROSE_BYTES = 1_000_000;

/** What is said of a process with too few full collections for a slope: a verdict with its bound, or the bound alone. */
export function earlyMemoryWords(early: EarlyGrowth): string {
  const { since, usedBytes } = early;
  const verdict = earlyVerdict(early);
  const unknown = 'Too few garbage collections to judge whether memory grows:';
  if (since === undefined)
    return `${unknown} there was no full collection to compare with. The heap in use fell to ${text(size(usedBytes))} in the last minutes, so no more than that is held.`;
  const { atMillis, overMillis, mostBytes, rose, floorBytes } = since;
  const perHour = text(size(Math.max(0, mostBytes) * (HOUR_MILLIS / overMillis)));
  const bound = `the heap grew by at most about ${text(size(Math.max(0, mostBytes)))} since ${clockText(atMillis)}, ${perHour} an hour`;
  if (verdict === 'too few collections') return `${unknown} ${bound}, garbage included.`;
  const roseWords =
    rose === undefined
      ? ''
      : `what garbage collection leaves rose by ${text(size(rose.bytes))} in ${spanText(rose.overMillis)}`;
  if (verdict === 'perhaps growing')
    return `Memory may be growing: ${roseWords}, from ${text(size(floorBytes))}, as in a leak, or while caches fill.`;
  if (mostBytes <= 0)
    return `No growth is seen: the heap in use is below what the full collection at ${clockText(atMillis)} left.`;
  const isSaid = rose !== undefined && rose.bytes >= MIN_ROSE_BYTES && rose.bytes <= mostBytes;
  const caches = isSaid ? `; ${roseWords}, as it does while caches fill` : '';
  return `No large growth is seen: ${bound}${caches}.`;
}

/** `at most ~10.5 MB in 3 minutes`; undefined without a bound, or if nothing grew. */
export function mostText({ since }: EarlyGrowth): string | undefined {
  if (since === undefined || since.mostBytes <= 0) return undefined;
  return `at most ~${text(size(Math.max(MIN_ROSE_BYTES, since.mostBytes)))} in ${spanText(since.overMillis)}`;
}

/** When a slope will be known, if the process goes on as it does. */
export function slopeWhenWords(
  { floors, neededFloors, ranMillis }: Pick<MemoryGrowth, 'floors' | 'neededFloors' | 'ranMillis'>,
  now: number,
): string {
  const needed = `A slope takes ${neededFloors} samples with a full collection; there ${floors === 1 ? 'was' : 'were'}`;
  // There were enough, but the newest is of long ago.
  if (floors >= neededFloors) return 'After the next full collection it can be told again.';
  if (floors === 0) return `${needed} none after the first minutes, as an idle process makes few.`;
  const perFloor = (ranMillis - WARM_MILLIS) / floors;
  const left = Math.max((neededFloors - floors) * perFloor, MIN_AGE_OF_SLOPE_MILLIS - ranMillis, 0);
  const pace = left < 12 * HOUR_MILLIS ? `at about ${clockText(now + left)}` : `in ${spanText(left)}`;
  return `${needed} ${floors}; at this pace it is known ${pace}.`;
}
