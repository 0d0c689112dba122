import type { HistoryFacts, HistoryTraces } from '../query.ts';
import { maxTraceBytes } from './history-bounds.ts';
import type { HistoryFile } from './history-file.ts';
import type { TraceRank } from './trace-record.ts';
import type { TraceRing } from './trace-ring.ts';

export function historyFacts(file: HistoryFile, maxBytes: number, ring: TraceRing): HistoryFacts {
  const of = (rank: TraceRank): HistoryTraces => ({
    ...file.ledger.of(rank),
    ...file.traces.extent(rank),
    unsaved: ring.lost[rank],
    maxBytes: maxTraceBytes(rank, maxBytes),
  });
  return {
    fileBytes: file.fileBytes,
    traces: { mustKeep: of('mustKeep'), ordinary: of('ordinary') },
    waiting: ring.waiting,
    unsaved: ring.lost.mustKeep + ring.lost.ordinary,
    unlisted: file.unlisted,
  };
}
