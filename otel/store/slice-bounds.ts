import type { TraceRing } from './trace-ring.ts';

/** Bounds of a slice of the history: one short transaction, run by a timer. */
export const SLICE = {
  /** After this, remaining traces of a slice wait for the next. */
  maxNanos: 800_000,
  /** Half a millisecond of work, plus the disk when it has to checkpoint the log. */
  maxTraces: 8,
  maxSpans: 50,
  maxRollUps: 50,
  /** Traces of a version 1 file moved per slice: 1 to 2 ms. */
  maxMoved: 10,
  /** Delay with nothing pending: what a kill may lose. */
  idleMillis: 2000,
  /** Longest delay with traces pending: at least 25 ordinary ones/s, or 50 that failed or were slow, if a slice is full. */
  busyMillis: { ordinary: 320, mustKeep: 160 },
  /** Traces pending are written within about this time: the more wait, the shorter the delay. */
  drainMillis: 2000,
  /** Shortest delay, also while memory is about to evict what was not written: what it evicts before its turn is lost. */
  minMillis: 10,
  /** Delay after a slice without traces: counts are uncertain until they are written. */
  shortMillis: 60,
  /** Expiry runs once in this many slices. */
  perSweep: 32,
} as const;

/**
 * Delay after a slice, in milliseconds. It may have had time for one trace only, on a slow machine or with many spans: the pace follows what it wrote.
 * @param written Traces in it.
 */
export function delayMillis(
  ring: Pick<TraceRing, 'isPressed' | 'waiting' | 'waitingRank'>,
  written: number,
): number {
  if (ring.isPressed) return SLICE.minMillis;
  const slices = Math.max(1, Math.ceil(ring.waiting / Math.max(1, written)));
  const drainMillis = Math.floor(SLICE.drainMillis / slices);
  return Math.max(SLICE.minMillis, Math.min(SLICE.busyMillis[ring.waitingRank], drainMillis));
}
