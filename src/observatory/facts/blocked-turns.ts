import type { Stall } from '../../../otel/query.ts';
import { isOwnView } from './untraced-work.ts';

/** A time in which the event loop was blocked: one stall, or several in a row. */
export interface TurnExtent {
  /** What they took together. */
  readonly millis: number;
  readonly stalls: number;
  readonly fromMillis: number;
  /** Ends of the first and of the last stall. */
  readonly ends: readonly [number, number];
}

export interface BlockedTurn extends TurnExtent {
  /** Oldest first. */
  readonly parts: readonly Stall[];
  readonly longest: Stall;
}

/** Beyond the precision of samples, the loop turned between two stalls. */
const SAME_TURN_MILLIS = 25;
/** It turned for so long at most, and a request waited for both: for its client, they are one. */
const SAME_WAIT_MILLIS = 250;
/** The same of a request that was not read between them. Earlier versions had some among those that waited that came only later. */
const SAME_BACKLOG_MILLIS = 5000;
/** The longest delay of a timer and the longest turn are one: the timer was due somewhat later than the turn began, or earlier. */
const SAME_SHARE = 0.8;

/** Stalls in a row as one, the oldest first. */
export function blockedTurns(stalls: readonly Stall[]): readonly BlockedTurn[] {
  const rows: [Stall, ...Stall[]][] = [];
  for (const stall of stalls.toSorted((a, b) => a.atMillis - b.atMillis)) {
    const row = rows.at(-1);
    if (row !== undefined && isNext(row.at(-1), stall)) row.push(stall);
    else rows.push([stall]);
  }
  return rows.map((parts) => ({
    millis: parts.reduce((sum, { durationMillis }) => sum + durationMillis, 0),
    stalls: parts.length,
    fromMillis: beginOf(parts[0]),
    ends: [parts[0].atMillis, parts.at(-1)?.atMillis ?? parts[0].atMillis],
    parts,
    longest: parts.reduce((longest, part) => (part.durationMillis > longest.durationMillis ? part : longest)),
  }));
}

function isNext(before: Stall | undefined, stall: Stall): boolean {
  if (before?.processStartedAtMillis !== stall.processStartedAtMillis) return false;
  const gap = Math.abs(beginOf(stall) - before.atMillis);
  if (gap <= SAME_TURN_MILLIS) return true;
  if (gap > SAME_BACKLOG_MILLIS) return false;
  const waited = new Map(before.delayed.map((each) => [each.traceId, each]));
  // One that came before the first was over, and was read after the second: its client waited all the time.
  const isUnread = stall.delayed.some(
    ({ traceId, wasRunning }) => !wasRunning && waited.get(traceId)?.wasRunning === false,
  );
  if (isUnread) return true;
  if (gap > SAME_WAIT_MILLIS) return false;
  return [...stall.delayed, stall.holder].some((each) => each !== undefined && waited.has(each.traceId));
}

export function beginOf({ atMillis, durationMillis }: Stall): number {
  return atMillis - durationMillis;
}

/** The longest time; undefined without stalls. */
export function longestTurn(stalls: readonly Stall[]): BlockedTurn | undefined {
  return blockedTurns(stalls).reduce<BlockedTurn | undefined>(
    (longest, turn) => (longest === undefined || turn.millis > longest.millis ? turn : longest),
    undefined,
  );
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
