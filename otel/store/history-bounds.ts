import type { HistoryFile } from './history-file.ts';
import type { TraceRank } from './trace-record.ts';

/** 128 MiB: eight times the default size of the ring. */
export const DEFAULT_MAX_BYTES = 134_217_728;
/** Of 128 MiB 48 for ordinary traces, 40 for those that failed or were slow, so that a busy hour of the former displaces no failure. */
const TRACE_SHARES: Readonly<Record<TraceRank, number>> = { ordinary: 0.375, mustKeep: 0.3125 };
/** 32 of 128 MiB; the remainder is for everything else. */
const COUNTS_SHARE = 0.25;
/** Rows of each kind removed per slice: more than it writes, within a millisecond. */
const MAX_GONE_PER_SLICE = 20;
const GONE_AT_ONCE = 5;
const RANKS: readonly TraceRank[] = ['ordinary', 'mustKeep'];

export function maxTraceBytes(rank: TraceRank, maxBytes: number): number {
  return maxBytes * TRACE_SHARES[rank];
}

/** Removes what exceeds the bound of its kind, oldest first; returns the number removed. */
export function makeRoom({ traces, ledger, counts }: HistoryFile, maxBytes: number): number {
  let gone = drop(
    () => counts.table.bytes > maxBytes * COUNTS_SHARE,
    () => counts.table.dropOldest(GONE_AT_ONCE),
  );
  for (const rank of RANKS) {
    const dropped = drop(
      () => ledger.of(rank).bytes > maxTraceBytes(rank, maxBytes),
      () => traces.dropOldest(rank, GONE_AT_ONCE),
    );
    ledger.book(rank, { dropped });
    gone += dropped;
  }
  return gone;
}

/** Removes what has expired, and part of a file that is too large; returns the number removed. */
export function sweep(
  file: HistoryFile,
  { maxBytes, cutoffMillis, nowMillis }: Readonly<Record<'maxBytes' | 'cutoffMillis' | 'nowMillis', number>>,
): number {
  const { traces, ledger, counts } = file;
  let gone = counts.table.expire(nowMillis, MAX_GONE_PER_SLICE);
  for (const rank of RANKS) {
    const expired = traces.expire(rank, cutoffMillis, MAX_GONE_PER_SLICE);
    ledger.book(rank, { expired });
    gone += expired;
  }
  // What waits for a receiver has a bound of its own.
  if (file.usedBytes - file.waiting.bytes <= maxBytes) return gone;
  const dropped = traces.dropOldest('ordinary', GONE_AT_ONCE);
  ledger.book('ordinary', { dropped });
  return gone + (dropped || counts.table.dropOldest(MAX_GONE_PER_SLICE));
}

function drop(isFull: () => boolean, dropOldest: () => number): number {
  let gone = 0;
  while (gone < MAX_GONE_PER_SLICE && isFull()) {
    const dropped = dropOldest();
    if (dropped === 0) break;
    gone += dropped;
  }
  return gone;
}
