import type { TraceRank, TraceRecord } from './trace-record.ts';
import { MUST_KEEP_SHARE } from './trace-ring.ts';
import type { TraceRing } from './trace-ring.ts';
import type { TraceTable } from './trace-table.ts';

/**
 * Fills the ring from the file without evicting: pinned traces first, then the newest failed or slow ones up to their share, then the newest
 * others, then more failed or slow ones if there is room.
 */
export function restoreTraces(
  table: TraceTable,
  ring: TraceRing,
  cutoffMillis: number,
  skip: (error: unknown) => void,
): void {
  const { maxTraces, maxBytes } = ring.facts();
  const found = new Map<string, TraceRecord>();
  let bytes = 0;
  const take = (rank: TraceRank, pinned: boolean, share: number): void => {
    for (const { trace } of table.newest(rank, pinned, pinned ? -Infinity : cutoffMillis, maxTraces, skip)) {
      if (found.has(trace.traceId)) continue;
      if (found.size >= maxTraces * share || bytes + trace.bytes > maxBytes * share) return;
      found.set(trace.traceId, trace);
      bytes += trace.bytes;
    }
  };
  take('mustKeep', true, 1);
  take('ordinary', true, 1);
  take('mustKeep', false, MUST_KEEP_SHARE);
  take('ordinary', false, 1);
  take('mustKeep', false, 1);
  const inOrder = [...found.values()].sort((a, b) => a.extent.toMillis - b.extent.toMillis);
  for (const trace of inOrder) {
    const { pinned } = trace;
    // `ring.restore` sets the pin, if the ring has room for one.
    trace.pinned = false;
    ring.restore(trace, pinned);
  }
}
