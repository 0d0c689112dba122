import type { Stall } from '../../../otel/query.ts';
import { isOwnView } from './stall-groups.ts';

/** A turn of the event loop: one stall, or several one after the other. */
export interface BlockedTurn {
  /** From the beginning of the first to the end of the last. */
  readonly millis: number;
  readonly stalls: number;
  readonly longest: Stall;
  /** Ends of the first and of the last stall. */
  readonly ends: readonly [number, number];
}

/** Beyond the precision of samples, the loop turned between two stalls. */
const SAME_TURN_MILLIS = 25;
/** The longest delay of a timer and the longest turn are one: the timer was due somewhat later than the turn began, or earlier. */
const SAME_SHARE = 0.8;

/** The longest turn; undefined without stalls. */
export function longestTurn(stalls: readonly Stall[]): BlockedTurn | undefined {
  let [turn, longest]: [BlockedTurn | undefined, BlockedTurn | undefined] = [undefined, undefined];
  let endMillis = -Infinity;
  for (const stall of stalls.toSorted((a, b) => a.atMillis - b.atMillis)) {
    const gap = Math.abs(stall.atMillis - stall.durationMillis - endMillis);
    turn =
      gap <= SAME_TURN_MILLIS && turn !== undefined
        ? joined(turn, stall)
        : { millis: stall.durationMillis, stalls: 1, longest: stall, ends: [stall.atMillis, stall.atMillis] };
    endMillis = stall.atMillis;
    if (longest === undefined || turn.millis > longest.millis) longest = turn;
  }
  return longest;
}

function joined({ millis, stalls, longest, ends }: BlockedTurn, next: Stall): BlockedTurn {
  return {
    millis: millis + next.durationMillis,
    stalls: stalls + 1,
    longest: next.durationMillis > longest.durationMillis ? next : longest,
    ends: [ends[0], next.atMillis],
  };
}

/** True if it drew a page of the observatory for most of the time, and fewer than so many requests had to wait. */
export function isStallOfOwnView({ longest }: BlockedTurn, manyRequests: number): boolean {
  return isOwnView(longest) && longest.delayedCount < manyRequests;
}

/** The longest time that the event loop was blocked, and what is recorded of it. */
export interface LongestBlock<T> {
  /** 0 if it was not. */
  readonly millis: number;
  /** Undefined if no stall was recorded for it: a delay of a timer alone is known. */
  readonly turn: T | undefined;
}

/**
 * The one measure of all sentences. A stall is measured twice, by its samples and by a timer that was late, which differ by some percent: what is
 * recorded as a stall has the length that is recorded.
 *
 * @param delayMillis The longest delay of a timer; NaN if it was not measured.
 */
export function longestBlock<T extends Pick<BlockedTurn, 'millis'>>(
  delayMillis: number,
  turn: T | undefined,
): LongestBlock<T> {
  const late = Number.isNaN(delayMillis) ? 0 : delayMillis;
  return turn !== undefined && turn.millis >= SAME_SHARE * late
    ? { millis: turn.millis, turn }
    : { millis: late, turn: undefined };
}
